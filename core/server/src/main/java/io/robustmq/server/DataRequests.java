package io.robustmq.server;

import io.netty.buffer.ByteBuf;
import io.robustmq.replication.Message;
import io.robustmq.replication.MessageCodec;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import io.robustmq.server.ServedShards.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Does what one client asks for ({@link DataWire}). On its connection's event loop. */
final class DataRequests {
    private final DataServer server;
    private final DataConnection connection;
    private final DataAnswers answers;
    private final Map<Integer, DataTail> tails = new HashMap<>();
    private boolean peersUsed;

    DataRequests(DataServer server, DataConnection connection, DataAnswers answers) {
        this.server = server;
        this.connection = connection;
        this.answers = answers;
    }

    /**
     * @param body read before this returns
     */
    void serve(Operation operation, int request, ByteBuf body) {
        switch (operation) {
            case APPEND, READ, TAIL, OFFSETS -> {
                String shard = shardName(body);
                if (shard == null) {
                    connection.broken(
                            operation, request, Code.MALFORMED, "the shard's name is not whole");
                } else {
                    serve(operation, request, shard, body);
                }
            }
            case CREDIT -> credit(request, body);
            case END_TAIL -> endTail(request, body);
            case MESSAGE -> message(request, body);
            case UNKNOWN ->
                    refuse(
                            operation,
                            request,
                            "",
                            Code.UNKNOWN_OPERATION,
                            "operations are numbered 1 to 7");
        }
    }

    private static @Nullable String shardName(ByteBuf body) {
        int bytes = body.isReadable() ? body.readUnsignedByte() : -1;
        return bytes < 0 || bytes > body.readableBytes()
                ? null
                : body.readCharSequence(bytes, StandardCharsets.ISO_8859_1).toString();
    }

    private void serve(Operation operation, int request, String shard, ByteBuf body) {
        if (operation == Operation.APPEND) {
            append(request, shard, body);
            return;
        }
        if (body.readableBytes() != (operation == Operation.OFFSETS ? 0 : 12)) {
            connection.broken(
                    operation,
                    request,
                    Code.MALFORMED,
                    body.readableBytes() + " bytes behind the shard's name");
            return;
        }
        long from = operation == Operation.OFFSETS ? 0 : body.readLong();
        int bytes = operation == Operation.OFFSETS ? 0 : body.readInt();
        if (from < 0 || bytes < 0) {
            connection.broken(
                    operation,
                    request,
                    Code.MALFORMED,
                    "offset and bytes are not negative, were " + from + " and " + bytes);
            return;
        }
        ServedShard served = server.shards().get(shard);
        if (served != null) {
            serve(operation, request, served, from, bytes);
        } else {
            // it may be one that could not be opened before
            find(
                    operation,
                    request,
                    shard,
                    false,
                    found -> serve(operation, request, found, from, bytes));
        }
    }

    private void serve(Operation operation, int request, ServedShard shard, long from, int bytes) {
        switch (operation) {
            case READ -> read(request, shard, from, bytes);
            case TAIL -> tail(request, shard, from, bytes);
            case OFFSETS ->
                    answers.good(
                            operation,
                            request,
                            shard.shard().firstOffset(),
                            shard.shard().nextOffset());
            case APPEND, CREDIT, END_TAIL, MESSAGE, UNKNOWN -> throw new AssertionError(operation);
        }
    }

    /** Waits for the disk elsewhere; the connection takes nothing more meanwhile. */
    private void find(
            Operation operation,
            int request,
            String shard,
            boolean mayCreate,
            Consumer<ServedShard> then) {
        connection.pause();
        server.waiting()
                .execute(() -> {
                    Outcome outcome =
                            mayCreate
                                    ? server.shards().findOrCreate(shard)
                                    : server.shards().find(shard);
                    connection.execute(() -> {
                        switch (outcome) {
                            case Outcome.Found(ServedShard found) -> then.accept(found);
                            case Outcome.Refused(Code code, String detail) ->
                                    refuse(operation, request, shard, code, detail);
                        }
                        connection.goOn();
                    });
                });
    }

    // Appends

    private void append(int request, String shard, ByteBuf body) {
        DataAppend[] self = new DataAppend[1];
        DataAppend append =
                new DataAppend(() -> connection.execute(() -> appended(request, shard, self[0])));
        self[0] = append;
        DataAppend.Wrong wrong = append.parse(body);
        if (wrong != null && wrong.code() == Code.MALFORMED) {
            connection.broken(Operation.APPEND, request, wrong.code(), wrong.detail());
        } else if (wrong != null) {
            refuse(Operation.APPEND, request, shard, wrong.code(), wrong.detail());
        } else {
            ServedShard served = server.shards().get(shard);
            if (served != null) {
                append.appendTo(served);
            } else {
                find(Operation.APPEND, request, shard, true, append::appendTo);
            }
        }
    }

    private void appended(int request, String shard, DataAppend append) {
        IOException failure = append.failure();
        if (failure == null) {
            server.counters().appendedRecords.add(append.size());
            answers.good(Operation.APPEND, request, append.baseOffset());
        } else {
            refuse(
                    Operation.APPEND,
                    request,
                    shard,
                    DataAppend.codeOf(failure),
                    String.valueOf(failure.getMessage()));
        }
    }

    // Reads

    private void read(int request, ServedShard shard, long from, int maxBytes) {
        read(
                shard,
                from,
                maxBytes,
                found -> {
                    switch (found) {
                        case DataRead.Frames frames ->
                                answers.frames(Operation.READ, request, frames, connection::done);
                        case DataRead.Nothing(long next) ->
                                answers.noFrames(Operation.READ, request, next);
                        case DataRead.Unreadable unreadable ->
                                answers.refuse(
                                        Operation.READ,
                                        request,
                                        shard.shard().name(),
                                        unreadable,
                                        true);
                    }
                });
    }

    /** Waits for the disk elsewhere. */
    private void read(ServedShard shard, long from, int maxBytes, Consumer<DataRead.Found> then) {
        server.waiting()
                .execute(() -> {
                    DataRead.Found found = DataRead.frames(shard.shard(), from, maxBytes);
                    if (!connection.execute(() -> then.accept(found))) {
                        found.close();
                    }
                });
    }

    // Tails

    private void tail(int request, ServedShard shard, long from, int credit) {
        long next = shard.shard().nextOffset();
        if (tails.containsKey(request)) {
            refuse(
                    Operation.TAIL,
                    request,
                    shard.shard().name(),
                    Code.TAIL_EXISTS,
                    "request id " + request + " is that of a tail");
        } else if (tails.size() >= DataWire.MAX_TAILS) {
            refuse(
                    Operation.TAIL,
                    request,
                    shard.shard().name(),
                    Code.TOO_MANY_TAILS,
                    "a connection has at most " + DataWire.MAX_TAILS + " tails");
        } else if (from > next) {
            refuse(
                    Operation.TAIL,
                    request,
                    shard.shard().name(),
                    Code.OFFSET_OUT_OF_RANGE,
                    "offset " + from + ", the next is " + next);
        } else {
            DataTail tail = new DataTail(this, request, shard, from, credit);
            tails.put(request, tail);
            server.counters().tails.incrementAndGet();
            connection.done();
            tail.begin();
        }
    }

    private void credit(int request, ByteBuf body) {
        DataTail tail = tail(Operation.CREDIT, request, body, Long.BYTES);
        if (tail != null) {
            int bytes = body.readInt();
            if (bytes < 0) {
                connection.broken(
                        Operation.CREDIT,
                        request,
                        Code.MALFORMED,
                        "a credit is not negative, was " + bytes);
            } else {
                connection.done();
                tail.grant(bytes);
            }
        }
    }

    private void endTail(int request, ByteBuf body) {
        DataTail tail = tail(Operation.END_TAIL, request, body, Integer.BYTES);
        if (tail != null) {
            connection.done();
            tail.end(Code.CLOSED, "the client ended it");
        }
    }

    /** The one that {@code body} names; otherwise the client is told. */
    private @Nullable DataTail tail(Operation operation, int request, ByteBuf body, int bytes) {
        if (body.readableBytes() != bytes) {
            connection.broken(
                    operation,
                    request,
                    Code.MALFORMED,
                    "a body of " + body.readableBytes() + " bytes, must have " + bytes);
            return null;
        }
        int id = body.readInt();
        DataTail tail = tails.get(id);
        if (tail == null) {
            refuse(operation, request, "", Code.NO_SUCH_TAIL, "no tail has request id " + id);
        }
        return tail;
    }

    // Replication

    private void message(int request, ByteBuf body) {
        DataServer.Peers peers = server.peers();
        if (peers == null) {
            refuse(
                    Operation.MESSAGE,
                    request,
                    "",
                    Code.UNKNOWN_OPERATION,
                    "this server keeps no replicas");
            return;
        }
        String sender = shardName(body);
        if (sender == null) {
            connection.broken(
                    Operation.MESSAGE, request, Code.MALFORMED, "the sender's name is not whole");
            return;
        }
        int bytes = body.readableBytes();
        switch (MessageCodec.decode(body.nioBuffer())) {
            case MessageCodec.Decoded.Malformed(String why) ->
                    connection.broken(Operation.MESSAGE, request, Code.MALFORMED, why);
            case MessageCodec.Decoded.Whole(Message message) -> {
                peersUsed = true;
                peers.received(sender, answers, message, bytes, connection::doneSoon);
            }
        }
    }

    // For the tails

    boolean execute(Runnable task) {
        return connection.execute(task);
    }

    void readForTail(ServedShard shard, long from, int most, Consumer<DataRead.Found> then) {
        read(shard, from, most, then);
    }

    void tailFrames(int tail, DataRead.Frames frames, Runnable sent) {
        answers.frames(Operation.TAIL, tail, frames, sent);
    }

    void tailEnded(int tail, String shard, DataRead.Unreadable why) {
        if (tails.remove(tail) != null) {
            server.counters().tails.decrementAndGet();
            answers.refuse(Operation.TAIL, tail, shard, why, false);
        }
    }

    void endTails(Code code, String detail) {
        List.copyOf(tails.values()).forEach(tail -> tail.end(code, detail));
    }

    /** The connection is gone. */
    void close() {
        DataServer.Peers peers = server.peers();
        if (peers != null && peersUsed) {
            peers.gone(answers);
        }
        tails.values().forEach(DataTail::stop);
        server.counters().tails.addAndGet(-tails.size());
        tails.clear();
    }

    private void refuse(Operation operation, int request, String shard, Code code, String detail) {
        answers.refuse(operation, request, shard, new DataRead.Unreadable(code, detail, -1), true);
    }
}
