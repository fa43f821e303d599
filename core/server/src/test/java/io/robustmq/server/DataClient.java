package io.robustmq.server;

import io.robustmq.journal.RawFrames;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Speaks {@link DataWire} over a plain socket: written from its drawings, with nothing of the
 * server's code. Requests are sent at once; answers are asked for by the request's id.
 */
final class DataClient implements AutoCloseable {
    private static final int LIMIT_SECONDS = 20;

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final Map<Integer, BlockingQueue<Answer>> answers = new HashMap<>();
    private final Thread reads;
    private int lastId;
    private boolean ended;
    Hello hello = new Hello(0, 0, 0, 0);

    record Hello(int version, int code, int maxFrame, int maxInFlight) {}

    /** Body without code. */
    record Answer(Operation operation, Code code, ByteBuffer body) {
        String text() {
            ByteBuffer at = body.duplicate();
            byte[] text = new byte[at.getShort()];
            at.get(text);
            return new String(text, StandardCharsets.UTF_8);
        }

        /** Behind the text. */
        long goOnAt() {
            return body.getLong(body.limit() - Long.BYTES);
        }

        Frames frames() throws IOException {
            ByteBuffer at = body.duplicate();
            long next = at.getLong();
            int salt = at.getInt();
            List<Read> records = new ArrayList<>();
            RawFrames.read(
                    at,
                    salt,
                    (offset, millis, payload) -> {
                        records.add(
                                new Read(
                                        offset,
                                        millis,
                                        StandardCharsets.UTF_8.decode(payload).toString()));
                        return true;
                    });
            return new Frames(next, at.remaining(), records);
        }
    }

    record Read(long offset, long epochMillis, String text) {}

    record Frames(long next, int bytes, List<Read> records) {
        List<String> texts() {
            return records.stream().map(Read::text).toList();
        }

        List<Long> offsets() {
            return records.stream().map(Read::offset).toList();
        }
    }

    private DataClient(Socket socket) throws IOException {
        this.socket = socket;
        this.out =
                new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
        this.in = new DataInputStream(socket.getInputStream());
        this.reads = Thread.ofVirtual().unstarted(this::readAnswers);
    }

    static DataClient connect(InetSocketAddress to) throws IOException {
        DataClient client = hello(to, DataWire.MAGIC, DataWire.VERSION);
        client.begin();
        return client;
    }

    /** Says hello and has read the answer; nothing else. */
    static DataClient hello(InetSocketAddress to, int magic, int version) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(LIMIT_SECONDS * 1000);
        socket.connect(to);
        DataClient client = new DataClient(socket);
        client.out.writeInt(magic);
        client.out.writeShort(version);
        client.out.writeShort(0);
        client.out.flush();
        if (client.in.readInt() != DataWire.MAGIC) {
            throw new IOException("no such server");
        }
        client.hello =
                new Hello(
                        client.in.readUnsignedShort(),
                        client.in.readUnsignedShort(),
                        client.in.readInt(),
                        client.in.readInt());
        return client;
    }

    private void begin() throws IOException {
        socket.setSoTimeout(0);
        reads.start();
    }

    // Requests: each gives its id

    int append(String shard, String... records) throws IOException {
        ByteArrayOutputStream body = body(shard);
        DataOutputStream to = new DataOutputStream(body);
        to.writeInt(records.length);
        for (String record : records) {
            byte[] payload = record.getBytes(StandardCharsets.UTF_8);
            to.writeByte(0);
            to.writeInt(payload.length);
            to.write(payload);
        }
        return send(Operation.APPEND, body.toByteArray());
    }

    int appendWithKeys(String shard, byte[] payload, int... keys) throws IOException {
        ByteArrayOutputStream body = body(shard);
        DataOutputStream to = new DataOutputStream(body);
        to.writeInt(1);
        to.writeByte(keys.length);
        for (int key : keys) {
            to.writeInt(key);
        }
        to.writeInt(payload.length);
        to.write(payload);
        return send(Operation.APPEND, body.toByteArray());
    }

    int read(String shard, long from, int maxBytes) throws IOException {
        return send(Operation.READ, shardLongInt(shard, from, maxBytes));
    }

    int tail(String shard, long from, int credit) throws IOException {
        return send(Operation.TAIL, shardLongInt(shard, from, credit));
    }

    int credit(int tail, int bytes) throws IOException {
        return send(Operation.CREDIT, ByteBuffer.allocate(8).putInt(tail).putInt(bytes).array());
    }

    int endTail(int tail) throws IOException {
        return send(Operation.END_TAIL, ByteBuffer.allocate(4).putInt(tail).array());
    }

    int offsets(String shard) throws IOException {
        return send(Operation.OFFSETS, body(shard).toByteArray());
    }

    private static byte[] shardLongInt(String shard, long from, int number) throws IOException {
        ByteArrayOutputStream body = body(shard);
        DataOutputStream to = new DataOutputStream(body);
        to.writeLong(from);
        to.writeInt(number);
        return body.toByteArray();
    }

    private static ByteArrayOutputStream body(String shard) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] name = shard.getBytes(StandardCharsets.ISO_8859_1);
        body.write(name.length);
        body.writeBytes(name);
        return body;
    }

    int send(Operation operation, byte[] body) throws IOException {
        return send(operation.number(), body, DataWire.REQUEST_BYTES + body.length);
    }

    /** With a length that may be wrong. */
    synchronized int send(int operation, byte[] body, int length) throws IOException {
        int id = ++lastId;
        out.writeInt(length);
        out.writeByte(operation);
        out.writeInt(id);
        out.write(body);
        out.flush();
        return id;
    }

    /** As they are. */
    synchronized void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    // Answers

    private void readAnswers() {
        try {
            while (true) {
                int length = in.readInt();
                Operation operation = Operation.of(in.readUnsignedByte());
                Code code = Code.of(in.readUnsignedByte());
                int id = in.readInt();
                byte[] body = new byte[length - DataWire.ANSWER_BYTES];
                in.readFully(body);
                of(id).add(new Answer(operation, code, ByteBuffer.wrap(body)));
            }
        } catch (IOException over) {
            end();
        }
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    private BlockingQueue<Answer> of(int id) {
        synchronized (answers) {
            return answers.computeIfAbsent(id, none -> new LinkedBlockingQueue<>());
        }
    }

    /** The next of that request. */
    Answer answer(int id) throws InterruptedException {
        Answer answer = of(id).poll(LIMIT_SECONDS, TimeUnit.SECONDS);
        if (answer == null) {
            throw new AssertionError("no answer to request " + id);
        }
        return answer;
    }

    /** If it is there already. */
    @Nullable Answer answerNow(int id) {
        return of(id).poll();
    }

    /** An append's first offset. */
    long offset(int id) throws InterruptedException {
        Answer answer = answer(id);
        if (answer.code() != Code.OK) {
            throw new AssertionError(answer.code() + ": " + answer.text());
        }
        return answer.body().getLong(0);
    }

    /** The server hung up. */
    synchronized void awaitEnd() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!ended) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("the connection is still open");
            }
            wait(left);
        }
    }

    /** After {@link #hello}: whether the server hung up. */
    boolean isAtEnd() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
