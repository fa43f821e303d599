package io.robustmq.chaos;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Connects with a will, each time as another client, and leaves without a word or, seldom, with
 * one; unless the broker dies before. By hand, because a client library says goodbye.
 */
final class Willing implements AutoCloseable {
    private static final int CONNECT_MILLIS = 1_000;
    private static final int CONNACK_MILLIS = 12_000;
    private static final int HOLD_MILLIS = 5_000;
    private static final int KEEP_ALIVE_SECONDS = 10;
    private static final int FLAGS = 0x02 | 0x04 | 0x10; // clean start, a will, of QoS 2

    private final String name;
    private final List<InetSocketAddress> brokers;
    private final SplittableRandom chance;
    private final History history;
    private final Thread thread;
    private volatile boolean closing;
    private int number;

    Willing(
            String name,
            List<InetSocketAddress> brokers,
            SplittableRandom chance,
            History history) {
        this.name = name;
        this.brokers = brokers;
        this.chance = chance;
        this.history = history;
        this.thread = new Thread(this::run, name);
    }

    void open() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!closing) {
                number++;
                try {
                    once(name + "-" + number, chance.nextInt(brokers.size()));
                } catch (IOException isDown) {
                    // the next one is another broker's, maybe
                }
                TimeUnit.MILLISECONDS.sleep(chance.nextInt(500));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void once(String id, int broker) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(brokers.get(broker), CONNECT_MILLIS);
            socket.setSoTimeout(CONNACK_MILLIS);
            socket.getOutputStream().write(connect(id));
            InputStream in = socket.getInputStream();
            if (in.read() != 0x20) {
                throw new IOException("no CONNACK");
            }
            byte[] rest = in.readNBytes(in.read());
            if (rest.length < 2 || rest[1] != 0) {
                throw new IOException("refused");
            }
            history.add(new Happening.Willed(System.nanoTime(), id, Role.BROKER.node(broker + 1)));
            socket.setSoTimeout(1 + chance.nextInt(HOLD_MILLIS));
            boolean polite = chance.nextInt(4) == 0;
            try {
                in.read(); // until the broker ends it, or it is time
            } catch (SocketTimeoutException itIsTime) {
                if (polite) {
                    history.add(new Happening.Parted(System.nanoTime(), id));
                    socket.getOutputStream().write(new byte[] {(byte) 0xE0, 0});
                }
            }
        }
    }

    private static byte[] connect(String id) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeUTF("MQTT");
        out.writeByte(5);
        out.writeByte(FLAGS);
        out.writeShort(KEEP_ALIVE_SECONDS);
        out.writeByte(0); // no properties
        out.writeUTF(id);
        out.writeByte(0); // of the will neither
        out.writeUTF("will/" + id);
        byte[] will = id.getBytes(StandardCharsets.UTF_8);
        out.writeShort(will.length);
        out.write(will);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x10);
        packet.write(body.size()); // below 128
        packet.write(body.toByteArray());
        return packet.toByteArray();
    }

    boolean isDone() {
        closing = true;
        return !thread.isAlive();
    }

    @Override
    public void close() {
        closing = true;
    }
}
