package io.robustmq.server;

import io.netty.buffer.ByteBuf;
import io.robustmq.journal.Append;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalClosedException;
import io.robustmq.journal.JournalFullException;
import io.robustmq.server.DataWire.Code;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The records of one append request, on their way to disk. */
final class DataAppend {
    /** The journal's limit for one record. */
    private static final int MAX_KEYS = 8;

    private final Runnable told;
    private final List<Item> items = new ArrayList<>();
    private final AtomicInteger untold = new AtomicInteger();
    private volatile long baseOffset = -1;
    private volatile @Nullable IOException failure;

    /**
     * @param told is run once, when all records are kept or refused: on the journal's thread, or on
     *     the one that appends
     */
    DataAppend(Runnable told) {
        this.told = told;
    }

    /** Why a request cannot be taken. */
    record Wrong(Code code, String detail) {}

    /**
     * Takes the records out of {@code body}; null if that is all of it.
     *
     * <pre>
     *   | records 4 |   then each   | keys 1 | key 4 ... | bytes 4 | payload |
     * </pre>
     */
    @Nullable Wrong parse(ByteBuf body) {
        if (body.readableBytes() < Integer.BYTES) {
            return malformed("an append without the number of its records");
        }
        int records = body.readInt();
        if (records < 1 || records > DataWire.MAX_RECORDS) {
            return new Wrong(
                    Code.APPEND_TOO_LARGE,
                    "an append has from 1 to " + DataWire.MAX_RECORDS + " records, was " + records);
        }
        for (int i = 0; i < records; i++) {
            Wrong wrong = parseRecord(body);
            if (wrong != null) {
                return wrong;
            }
        }
        return body.isReadable()
                ? malformed(body.readableBytes() + " bytes behind the last record")
                : null;
    }

    private @Nullable Wrong parseRecord(ByteBuf body) {
        int keys = body.isReadable() ? body.readUnsignedByte() : -1;
        if (keys < 0 || body.readableBytes() < (keys + 1) * Integer.BYTES) {
            return malformed("record " + items.size() + " is not whole");
        }
        if (keys > MAX_KEYS) {
            return new Wrong(
                    Code.APPEND_TOO_LARGE,
                    "a record has at most " + MAX_KEYS + " keys, was " + keys);
        }
        int[] hashes = new int[keys];
        for (int i = 0; i < keys; i++) {
            hashes[i] = body.readInt();
        }
        int bytes = body.readInt();
        if (bytes > Journal.MAX_PAYLOAD_BYTES) {
            return new Wrong(
                    Code.APPEND_TOO_LARGE,
                    "a record holds at most " + Journal.MAX_PAYLOAD_BYTES + " bytes, was " + bytes);
        }
        if (bytes < 0 || bytes > body.readableBytes()) {
            return malformed(
                    "record "
                            + items.size()
                            + " says "
                            + bytes
                            + " bytes, there are "
                            + body.readableBytes());
        }
        byte[] payload = new byte[bytes];
        body.readBytes(payload);
        items.add(new Item(this, items.isEmpty(), payload, hashes));
        return null;
    }

    private static Wrong malformed(String detail) {
        return new Wrong(Code.MALFORMED, detail);
    }

    int size() {
        return items.size();
    }

    /** Once, after {@link #parse}. */
    void appendTo(ServedShard to) {
        untold.set(items.size());
        to.shard().append(items);
    }

    /** Of the first record, once all were told. */
    long baseOffset() {
        return baseOffset;
    }

    /** Why not all were kept, once all were told; null if they were. */
    @Nullable IOException failure() {
        return failure;
    }

    static Code codeOf(IOException failure) {
        return switch (failure) {
            case JournalFullException full -> Code.JOURNAL_FULL;
            case JournalClosedException closed -> Code.CLOSED;
            default -> Code.DISK_FAILED;
        };
    }

    /** Told by the writer's thread, and by the appending one of what is refused at once. */
    private static final class Item extends Append {
        private final DataAppend all;
        private final boolean first;

        Item(DataAppend all, boolean first, byte[] payload, int[] keys) {
            super(payload, keys);
            this.all = all;
            this.first = first;
        }

        @Override
        public void appended(long offset, long epochMillis) {
            if (first) {
                all.baseOffset = offset;
            }
            all.tell();
        }

        @Override
        public void failed(IOException why) {
            all.failure = why;
            all.tell();
        }
    }

    private void tell() {
        if (untold.decrementAndGet() == 0) {
            told.run();
        }
    }
}
