package io.robustmq.crash;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Fact.Sending;
import io.robustmq.crash.Out.Hello;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One MQTT client that keeps its session over connections as the specification has it, and records
 * what happens. Its life (one thread) tells it what to do; what comes is answered by a reader, one
 * for each connection. This object is the lock of both.
 */
final class Client {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String id;
    private final boolean v5;
    private final int port;
    private final History history;
    private final ClientSession session;

    // for this connection
    private @Nullable Wire wire;
    private @Nullable ClientInbound inbound;
    private int answered; // packet id of the last SUBACK or UNSUBACK
    private int answerCode;

    Client(String id, boolean v5, int port, History history) {
        this.id = id;
        this.v5 = v5;
        this.port = port;
        this.history = history;
        this.session = new ClientSession(id, history);
    }

    String id() {
        return id;
    }

    boolean isV5() {
        return v5;
    }

    // connections

    /** One attempt. What was not acknowledged is sent again before anything else. */
    synchronized boolean connect(Hello hello) {
        Wire fresh = null;
        try {
            fresh = Wire.to(port, v5);
            fresh.send(fresh.out().connect(id, hello));
            Packet connack = fresh.read(PATIENCE);
            if (connack.type() != Packet.CONNACK || connack.connackReason() != 0) {
                history.add(new Fact.Broken(id, "instead of a good CONNACK: " + connack));
                fresh.close();
                return false;
            }
            history.add(new Fact.Connected(id, hello.clean(), connack.sessionPresent()));
            if (!connack.sessionPresent()) {
                session.forget();
            }
            Out again = fresh.out();
            session.sendAgain(again);
            fresh.send(again);
        } catch (IOException e) {
            if (fresh != null) {
                fresh.close();
            }
            return false;
        }
        Wire connection = fresh;
        wire = connection;
        inbound = new ClientInbound(id, session, history, hello.receiveMaximum());
        answered = 0;
        Thread.ofVirtual().name("reads-" + id).start(() -> read(connection));
        return true;
    }

    synchronized boolean isConnected() {
        return wire != null;
    }

    /** With DISCONNECT. */
    synchronized void leave() {
        Wire connection = wire;
        if (connection != null) {
            try {
                connection.send(connection.out().disconnect());
            } catch (IOException e) {
                // the broker went first
            }
            lose("DISCONNECT");
            connection.close();
        }
    }

    /** Without a word. */
    synchronized void drop() {
        Wire connection = wire;
        if (connection != null) {
            lose("reset");
            connection.reset();
        }
    }

    private void lose(String how) {
        history.add(new Fact.Ended(id, how));
        wire = null;
        inbound = null;
        notifyAll();
    }

    private void read(Wire from) {
        try {
            while (true) {
                Packet packet = from.read();
                synchronized (this) {
                    if (wire != from) {
                        return; // what came after the end was never read
                    }
                    Out out = from.out();
                    handle(packet, out);
                    if (out.size() > 0) {
                        from.send(out);
                    }
                }
            }
        } catch (IOException e) {
            synchronized (this) {
                if (wire == from) {
                    lose("the broker: " + e.getMessage());
                }
            }
            from.close();
        } catch (RuntimeException e) {
            history.add(new Fact.Broken(id, "unreadable: " + e));
            drop();
        }
    }

    private void handle(Packet packet, Out out) {
        ClientInbound here = inbound;
        if (here == null) {
            return;
        }
        switch (packet.type()) {
            case Packet.PUBLISH -> here.publish(packet.publish(), out);
            case Packet.PUBREL -> here.release(packet.packetId(), out);
            case Packet.PUBACK, Packet.PUBREC, Packet.PUBCOMP -> session.answered(packet, out);
            case Packet.SUBACK, Packet.UNSUBACK -> {
                answered = packet.packetId();
                answerCode = v5 || packet.type() == Packet.SUBACK ? packet.code() : 0;
            }
            case Packet.PINGRESP -> answered = -1;
            case Packet.DISCONNECT -> {} // the end follows
            default -> history.add(new Fact.Broken(id, "unexpected: " + packet));
        }
        notifyAll();
    }

    /** Until it is asked not to, or for the rest of the connection. */
    synchronized void stopAcknowledging() {
        if (inbound != null) {
            inbound.isSilent = true;
        }
    }

    // what a life does; false and IOException: the connection ended before it was done

    /** Records it and sends it, once there are fewer than {@code window} on their way. */
    synchronized boolean publish(MessageId message, Sending how, int filling, int window)
            throws InterruptedException {
        Wire connection = wire;
        while (wire == connection && session.onTheWay() >= window) {
            wait();
        }
        if (wire == null || wire != connection) {
            return false;
        }
        Out out = connection.out();
        session.publish(message, how, payload(message, how, filling), out);
        try {
            connection.send(out);
        } catch (IOException e) {
            // the session has it, the reader notices the end
        }
        return true;
    }

    private static byte[] payload(MessageId message, Sending how, int filling) {
        return how.kind() == Kind.CLEARING ? new byte[0] : message.payload(filling);
    }

    synchronized int onTheWay() {
        return session.onTheWay();
    }

    /** Waits until everything is acknowledged or the connection ends. */
    synchronized boolean settle() throws InterruptedException {
        while (wire != null && session.onTheWay() > 0) {
            wait();
        }
        return session.onTheWay() == 0;
    }

    synchronized boolean subscribe(String filter, int qos) throws InterruptedException {
        history.add(new Fact.Subscribing(id, filter, qos));
        int packetId = session.nextPacketId();
        if (!ask(packetId, connection -> connection.out().subscribe(packetId, filter, qos))) {
            return false;
        }
        if (answerCode >= Packet.FAILURE) {
            history.add(new Fact.Broken(id, "SUBACK " + answerCode + " for " + filter));
            return true;
        }
        history.add(new Fact.Subscribed(id, filter, answerCode));
        return true;
    }

    synchronized boolean unsubscribe(String filter) throws InterruptedException {
        history.add(new Fact.Unsubscribing(id, filter));
        int packetId = session.nextPacketId();
        if (!ask(packetId, connection -> connection.out().unsubscribe(packetId, filter))) {
            return false;
        }
        if (answerCode >= Packet.FAILURE) {
            history.add(new Fact.Broken(id, "UNSUBACK " + answerCode + " for " + filter));
            return true;
        }
        history.add(new Fact.Unsubscribed(id, filter));
        return true;
    }

    private interface Question {
        Out to(Wire connection);
    }

    private boolean ask(int packetId, Question question) throws InterruptedException {
        Wire connection = wire;
        if (connection == null) {
            return false;
        }
        answered = 0;
        try {
            connection.send(question.to(connection));
        } catch (IOException e) {
            return false;
        }
        while (wire == connection && answered != packetId) {
            wait();
        }
        return answered == packetId;
    }

    /** Waits until the connection ends, at most so long. */
    synchronized void stay(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        long left = millis;
        while (wire != null && left > 0) {
            wait(left);
            left = (end - System.nanoTime()) / 1_000_000;
        }
    }
}
