package io.robustmq.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.DefaultFileRegion;
import io.robustmq.journal.Region;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import io.robustmq.telemetry.event.JournalEvent;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What goes out on one connection of the data protocol ({@link DataWire}). On its event loop; one
 * flush for all that a turn of the loop writes.
 */
final class DataAnswers {
    static final long MAX_UNSENT_MESSAGE_BYTES = 32 << 20;

    private final DataServer server;
    private final Channel channel;
    private final DataConnection connection;
    private final AtomicLong unsentMessageBytes = new AtomicLong();
    private boolean flushing;

    DataAnswers(DataServer server, Channel channel, DataConnection connection) {
        this.server = server;
        this.channel = channel;
        this.connection = connection;
    }

    void hello(Code code) {
        ByteBuf answer =
                channel.alloc()
                        .buffer(DataWire.HELLO_ANSWER_BYTES)
                        .writeInt(DataWire.MAGIC)
                        .writeShort(DataWire.VERSION)
                        .writeShort(code.number())
                        .writeInt(server.settings().maxFrameBytes())
                        .writeInt(server.settings().maxInFlight());
        channel.writeAndFlush(answer);
    }

    /** Good news of {@code numbers.length} numbers of 8 bytes. */
    void good(Operation operation, int request, long... numbers) {
        ByteBuf answer = header(operation, Code.OK, request, numbers.length * Long.BYTES);
        Arrays.stream(numbers).forEach(answer::writeLong);
        write(answer, connection::done);
    }

    /** No frames, go on at {@code next}. */
    void noFrames(Operation operation, int request, long next) {
        ByteBuf answer = header(operation, Code.OK, request, DataWire.FRAMES_BYTES);
        write(answer.writeLong(next).writeInt(0), connection::done);
    }

    /**
     * @param sent is run when the socket took it, or the connection is gone
     */
    void frames(Operation operation, int request, DataRead.Frames frames, Runnable sent) {
        int bytes = frames.region().bytes();
        ByteBuf header = header(operation, Code.OK, request, DataWire.FRAMES_BYTES + bytes);
        write(header.writeLong(frames.region().nextOffset()).writeInt(frames.salt()), () -> {});
        server.counters().sentBytes.add(bytes);
        channel.write(
                        server.isEncrypted()
                                ? copied(frames.region())
                                : new DefaultFileRegion(
                                        frames.region().channel(),
                                        frames.region().position(),
                                        bytes))
                .addListener(written -> sent.run());
    }

    /** What is encrypted passes through us; a read that fails cuts the connection. */
    private ByteBuf copied(Region region) {
        ByteBuf copy = channel.alloc().buffer(region.bytes());
        try {
            long position = region.position();
            while (copy.isWritable()) {
                int read = copy.writeBytes(region.channel(), position, copy.writableBytes());
                if (read < 0) {
                    throw new EOFException("the segment ends before its frames");
                }
                position += read;
            }
        } catch (IOException unreadable) {
            connection.failed(unreadable);
        }
        return copy;
    }

    /**
     * Bad news.
     *
     * @param answers whether it is the request's answer, and not the end of a tail
     */
    void refuse(
            Operation operation,
            int request,
            String shard,
            DataRead.Unreadable why,
            boolean answers) {
        byte[] text = why.detail().getBytes(StandardCharsets.UTF_8);
        int textBytes = Math.min(text.length, DataWire.MAX_TEXT_BYTES);
        boolean goOn = why.code() == Code.DAMAGED;
        ByteBuf answer =
                header(
                        operation,
                        why.code(),
                        request,
                        Short.BYTES + textBytes + (goOn ? Long.BYTES : 0));
        answer.writeShort(textBytes).writeBytes(text, 0, textBytes);
        if (goOn) {
            answer.writeLong(why.goOnAt());
        }
        server.counters().refusal(why.code());
        server.events()
                .emit(
                        new JournalEvent.RequestRefused(
                                connection.id(),
                                connection.remoteAddr(),
                                operation.label(),
                                shard,
                                why.code().label(),
                                why.detail()));
        write(answer, answers ? connection::done : () -> {});
    }

    /**
     * A message of replication, from any thread. It is dropped if the client does not take what was
     * sent before: {@link #MAX_UNSENT_MESSAGE_BYTES}.
     *
     * @return whether it was not
     */
    boolean message(ByteBuffer message) {
        int bytes = message.remaining();
        if (unsentMessageBytes.get() + bytes > MAX_UNSENT_MESSAGE_BYTES) {
            return false;
        }
        unsentMessageBytes.addAndGet(bytes);
        return connection.execute(() -> {
            write(header(Operation.MESSAGE, Code.OK, 0, bytes), () -> {});
            server.counters().sentBytes.add(bytes);
            write(Unpooled.wrappedBuffer(message), () -> unsentMessageBytes.addAndGet(-bytes));
        });
    }

    private ByteBuf header(Operation operation, Code code, int request, int bodyBytes) {
        int length = DataWire.ANSWER_BYTES + bodyBytes;
        return channel.alloc()
                .buffer(DataWire.LENGTH_BYTES + DataWire.ANSWER_BYTES + Long.BYTES * 2)
                .writeInt(length)
                .writeByte(operation.number())
                .writeByte(code.number())
                .writeInt(request);
    }

    private void write(ByteBuf answer, Runnable written) {
        channel.write(answer).addListener(done -> written.run());
        if (!flushing) {
            flushing = true;
            connection.execute(this::flush); // once for all that this turn of the loop writes
        }
    }

    private void flush() {
        flushing = false;
        channel.flush();
    }
}
