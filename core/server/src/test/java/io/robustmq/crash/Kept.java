package io.robustmq.crash;

import io.robustmq.crash.Out.Hello;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A subscriber with a kept session that is away most of the time. */
final class Kept {
    private static final String ID = "kept";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration SILENCE = Duration.ofSeconds(4);

    private Kept() {}

    /** Subscribes and goes. */
    static void subscribe(int port, String filter) throws IOException {
        try (Wire wire = Wire.connected(port, true, ID, Hello.KEPT)) {
            wire.send(wire.out().subscribe(1, filter, 1));
            Packet suback = wire.await(Packet.SUBACK, LIMIT);
            if (suback.code() != 1) {
                throw new AssertionError("SUBACK " + suback.code());
            }
            wire.send(wire.out().disconnect());
        }
    }

    /** Comes back, and gives what comes until nothing comes any more. */
    static List<MessageId> drain(int port) throws IOException {
        List<MessageId> messages = new ArrayList<>();
        try (Wire wire = Wire.connected(port, true, ID, Hello.KEPT)) {
            while (true) {
                Packet packet = wire.read(SILENCE);
                if (packet.type() == Packet.PUBLISH) {
                    Packet.Publish publish = packet.publish();
                    MessageId message = MessageId.of(publish.payload());
                    if (message == null) {
                        throw new AssertionError("not what was sent, on " + publish.topic());
                    }
                    messages.add(message);
                    wire.send(wire.out().ack(Packet.PUBACK, publish.packetId()));
                }
            }
        } catch (SocketTimeoutException e) {
            return messages;
        }
    }
}
