package io.robustmq.server;

import java.util.Locale;

/**
 * The data protocol of the journal server, version 1. Big-endian. The client speaks first:
 *
 * <pre>
 *   0        4         6       8
 *   | "RMQJ" | version | flags |                                    hello
 *
 *   0        4         6      8            12           16
 *   | "RMQJ" | version | code | max frame  | max in flight |        the server's answer
 * </pre>
 *
 * <p>{@code flags} are 0. The answer has the version that the server speaks; with a {@code code}
 * other than {@link Code#OK} it closes the connection. {@code max frame} is the largest length that
 * it takes, {@code max in flight} the number of requests after which it stops reading until it has
 * answered some. Then requests, each with an id that the client chooses; answers carry the id of
 * their request and may come in another order.
 *
 * <pre>
 *   0        4    5            9
 *   | length | op | request id | body ... |                         request; length counts what follows it
 *
 *   0        4    5      6            10
 *   | length | op | code | request id | body ... |                  answer
 * </pre>
 *
 * <p>An answer whose code is not {@link Code#OK} has one text as body. A text is {@code | bytes 2 |
 * UTF-8 |}, a shard name is {@code | bytes 1 | ASCII |}.
 *
 * <pre>
 *   op          request                                            answer
 *   1 append    | shard | records 4 | record ... |                  | base offset 8 |
 *      record:  | keys 1 | key 4 ... | bytes 4 | payload |
 *   2 read      | shard | from 8 | max bytes 4 |                    | frames |
 *   3 tail      | shard | from 8 | credit 4 |                       | frames | again and again
 *   4 credit    | tail's request id 4 | bytes 4 |                   none if it is OK
 *   5 end tail  | tail's request id 4 |                             none if it is OK; the tail gets CLOSED
 *   6 offsets   | shard |                                           | first 8 | next 8 |
 *   7 message   | sender | message |                                | message | whenever there is one
 *
 *   frames:     | next offset 8 | salt 4 | frames as they lie in a segment ... |
 * </pre>
 *
 * <p>The records of one append follow each other: the n-th has base offset + n. It is answered when
 * all are as durable as the shard's settings say. If it is answered with a code, some of them may
 * have been kept.
 *
 * <p>Frames are whole frames of one segment, sent as they lie in its file: {@code
 * io.robustmq.journal.RawFrames} reads and checks them with {@code salt}. They begin with the
 * record {@code from}, or with the oldest that is kept; {@code next offset} is where to go on. A
 * read gives at least one record if there is one, however small {@code max bytes} is, and none if
 * there is none yet. A tail does not wait to be asked: it sends frames as records come, and takes
 * them off its credit; without credit it waits, so a client that grants what it can hold is never
 * sent more than that and one frame.
 *
 * <p>Messages are those of replication, as {@code MessageCodec} draws them, and may be longer than
 * {@code max frame}. {@code sender} is written as a shard name is: what the sender is called among
 * replicas, whose messages to it are sent as answers with request id 0 to the connection by which
 * it last sent one. No message has an answer of its own.
 */
final class DataWire {
    static final int MAGIC = 0x524D514A;
    static final int VERSION = 1;
    static final int HELLO_BYTES = 8;
    static final int HELLO_ANSWER_BYTES = 16;

    /** What {@code length} counts of a request without body. */
    static final int REQUEST_BYTES = 5;

    /** What {@code length} counts of an answer without body. */
    static final int ANSWER_BYTES = 6;

    static final int LENGTH_BYTES = 4;

    /** In front of the frames of a read or tail. */
    static final int FRAMES_BYTES = 12;

    /** Of one error text. */
    static final int MAX_TEXT_BYTES = 1024;

    /** In one append. */
    static final int MAX_RECORDS = 16_384;

    /** Of one connection, open at once. */
    static final int MAX_TAILS = 1024;

    private DataWire() {}

    /** What a client asks for. */
    enum Operation {
        APPEND(1),
        READ(2),
        TAIL(3),
        CREDIT(4),
        END_TAIL(5),
        OFFSETS(6),
        MESSAGE(7),
        /** No request has this number: what events and metrics call all others. */
        UNKNOWN(0);

        private static final Operation[] ALL = values();

        private final int number;

        Operation(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static Operation of(int number) {
            for (Operation operation : ALL) {
                if (operation.number == number) {
                    return operation;
                }
            }
            return UNKNOWN;
        }

        /** As in events and metrics. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a request or a hello ends. New codes may come with a new version only. */
    enum Code {
        OK(0),
        /** Closes the connection. */
        UNSUPPORTED_VERSION(1),
        /** Closes the connection. */
        TOO_MANY_CONNECTIONS(2),
        /** Closes the connection. */
        FRAME_TOO_LARGE(3),
        /** Not what this page draws; closes the connection. */
        MALFORMED(4),
        UNKNOWN_OPERATION(5),
        NO_SUCH_SHARD(6),
        WRONG_NAME(7),
        TOO_MANY_SHARDS(8),
        TOO_MANY_TAILS(9),
        NO_SUCH_TAIL(10),
        TAIL_EXISTS(11),
        /** From beyond the next offset. */
        OFFSET_OUT_OF_RANGE(12),
        /** More records than {@link #MAX_RECORDS}, or one too large or with too many keys. */
        APPEND_TOO_LARGE(13),
        /** Too much waits for the disk: try again later. */
        JOURNAL_FULL(14),
        /** The disk refuses; the text says why. */
        DISK_FAILED(15),
        /** The shard was deleted, the tail ended, or the server stops. */
        CLOSED(16),
        /** Records cannot be read; behind the text stands the offset to go on from, 8 bytes. */
        DAMAGED(17),
        /** Of an operator's call only. */
        SHARD_EXISTS(18);

        private static final Code[] ALL = values();

        private final int number;

        Code(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }

        static Code of(int number) {
            for (Code code : ALL) {
                if (code.number == number) {
                    return code;
                }
            }
            throw new IllegalArgumentException("no code " + number);
        }

        /** As in events and metrics. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
