package io.robustmq.broker;

import io.robustmq.protocol.MqttVersion;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Connects again and again and does what {@link Grammar} has: mostly as it should, sometimes not.
 * It answers what it gets, sometimes wrongly or late or never; reads slowly or not; and leaves at
 * any place, in the middle of a packet too.
 */
final class RogueClient implements Runnable {
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final InetSocketAddress address;
    private final SettableClock clock;
    private final Random random;
    private final int lives;

    // for one life
    private Grammar grammar;
    private final ByteBuffer in = ByteBuffer.allocate(16 * 1024);
    private final List<byte[]> answers = new ArrayList<>();

    RogueClient(InetSocketAddress address, SettableClock clock, long seed, int lives) {
        this.address = address;
        this.clock = clock;
        this.random = new Random(seed);
        this.lives = lives;
        this.grammar = new Grammar(random, MqttVersion.V5);
    }

    @Override
    public void run() {
        for (int life = 0; life < lives; life++) {
            try (SocketChannel socket = SocketChannel.open(address)) {
                live(socket);
            } catch (IOException brokerHungUp) {
                // as it may: the next life
            }
        }
    }

    private void live(SocketChannel socket) throws IOException {
        socket.configureBlocking(false);
        in.clear();
        answers.clear();
        boolean reads = !one(10);
        grammar = new Grammar(random, one(2) ? MqttVersion.V5 : MqttVersion.V3_1_1);
        byte[] connect = grammar.connect();
        send(socket, one(20) ? grammar.damaged(connect) : connect);
        for (int step = random.nextInt(40); step > 0; step--) {
            if (reads) {
                read(socket);
            }
            step(socket);
        }
        leave(socket);
    }

    private void step(SocketChannel socket) throws IOException {
        switch (random.nextInt(20)) {
            case 0 -> send(socket, grammar.damaged(grammar.any()));
            case 1 -> glued(socket);
            case 2 -> cut(socket, grammar.any());
            case 3 -> send(socket, grammar.largest());
            case 4 -> clock.advance(Duration.ofSeconds(random.nextInt(20)));
            case 5, 6, 7, 8, 9 -> answer(socket);
            case 10 -> await(socket);
            default -> send(socket, grammar.any());
        }
    }

    private void glued(SocketChannel socket) throws IOException {
        Bytes all = new Bytes();
        for (int i = random.nextInt(8); i >= 0; i--) {
            all.raw(grammar.any());
        }
        send(socket, all.array());
    }

    private void cut(SocketChannel socket, byte[] packet) throws IOException {
        int sent = 0;
        while (sent < packet.length) {
            int next = Math.min(packet.length, sent + 1 + random.nextInt(4));
            send(socket, java.util.Arrays.copyOfRange(packet, sent, next));
            sent = next;
            Thread.yield();
        }
    }

    /** One of what is owed, in any order. */
    private void answer(SocketChannel socket) throws IOException {
        if (answers.isEmpty()) {
            send(socket, grammar.publish());
        } else {
            send(socket, answers.remove(one(4) ? random.nextInt(answers.size()) : 0));
        }
    }

    private void leave(SocketChannel socket) throws IOException {
        switch (random.nextInt(5)) {
            case 0 -> socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            case 1 -> {
                byte[] packet = grammar.any();
                send(socket, java.util.Arrays.copyOf(packet, random.nextInt(packet.length)));
            }
            case 2 -> {}
            default -> send(socket, grammar.disconnect());
        }
    }

    /** As much as the broker takes within a while. */
    private void send(SocketChannel socket, byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (out.hasRemaining()) {
            if (socket.write(out) == 0) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("the broker does not read");
                }
                Thread.onSpinWait();
            }
        }
    }

    /** Something comes, or not. */
    private void await(SocketChannel socket) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20);
        int before = answers.size();
        while (answers.size() == before && System.nanoTime() < deadline) {
            read(socket);
            Thread.yield();
        }
    }

    private void read(SocketChannel socket) throws IOException {
        while (socket.read(in) > 0) {
            in.flip();
            int whole = packet();
            while (whole > 0) {
                in.position(in.position() + whole);
                whole = packet();
            }
            in.compact();
            if (!in.hasRemaining()) {
                throw new IOException("a packet larger than what this client reads");
            }
        }
    }

    /** Size of the next packet if it is whole, else 0; what it asks for is owed from now on. */
    private int packet() {
        int at = in.position();
        int length = 0;
        int shift = 0;
        int b;
        do {
            if (++at >= in.limit()) {
                return 0;
            }
            b = in.get(at) & 0xFF;
            length |= (b & 127) << shift;
            shift += 7;
        } while (b > 127);
        at++;
        if (at + length > in.limit()) {
            return 0;
        }
        owe(in.get(in.position()) & 0xFF, at);
        return at + length - in.position();
    }

    private void owe(int header, int body) {
        boolean reason = one(6);
        switch (header >> 4) {
            case RawClient.PUBLISH -> {
                int id = body + 2 + u16(body);
                switch (header >> 1 & 3) {
                    case 1 -> answers.add(grammar.ack(0x40, u16(id), reason));
                    case 2 -> answers.add(grammar.ack(0x50, u16(id), reason));
                    default -> {}
                }
            }
            case RawClient.PUBREC -> answers.add(grammar.ack(0x62, u16(body), reason));
            case RawClient.PUBREL -> answers.add(grammar.ack(0x70, u16(body), reason));
            default -> {}
        }
    }

    private int u16(int at) {
        return in.getShort(at) & 0xFFFF;
    }

    private boolean one(int of) {
        return random.nextInt(of) == 0;
    }
}
