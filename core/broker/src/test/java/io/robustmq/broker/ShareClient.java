package io.robustmq.broker;

import static io.robustmq.broker.RawClient.DISCONNECT;
import static io.robustmq.broker.RawClient.PUBACK;
import static io.robustmq.broker.RawClient.PUBCOMP;
import static io.robustmq.broker.RawClient.PUBREC;
import static io.robustmq.broker.RawClient.PUBREL;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Options;
import io.robustmq.broker.RawClient.Packet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A member of a group that keeps the rules of a client, and counts what its application gets. */
final class ShareClient {
    private static final String FILTER = "$share/g/t/#";

    private final String clientId;
    private final boolean kept;
    private final int window;
    private final ShareRandomTest.Counts counts;
    private final Random random;

    // of the session
    private boolean subscribed;
    private final Set<Integer> received = new HashSet<>();

    // of the connection
    private @Nullable RawClient client;
    private final List<Message> held = new ArrayList<>();

    ShareClient(
            String clientId,
            boolean kept,
            int window,
            ShareRandomTest.Counts counts,
            Random random) {
        this.clientId = clientId;
        this.kept = kept;
        this.window = window;
        this.counts = counts;
        this.random = random;
    }

    void connect(TestBroker broker) throws IOException {
        RawClient now = client;
        if (now == null) {
            now = broker.client();
            client = now;
            Options options = new Options().receiveMaximum(window);
            boolean present =
                    now.connect(clientId, kept ? options.keepSession().expiry(1000) : options);
            if (!present) {
                subscribed = false;
                received.clear();
            }
        }
        if (!subscribed) {
            now.sendSubscribe(FILTER, 2, 0);
            subscribed = true;
        }
    }

    boolean poll() throws IOException {
        RawClient now = client;
        if (now == null) {
            return false;
        }
        List<Packet> packets = now.untilPong();
        for (Packet packet : packets) {
            switch (packet.type()) {
                case RawClient.PUBLISH -> take(now.message(packet));
                case PUBREL -> {
                    received.remove(packet.u16(0));
                    now.ack(PUBCOMP, packet.u16(0));
                }
                default -> {}
            }
        }
        if (random.nextBoolean()) {
            acknowledge(now);
        }
        return !packets.isEmpty();
    }

    private void take(Message message) {
        if (message.qos() == 1 || received.add(message.packetId())) {
            counts.given(message.payload());
        }
        held.add(message);
    }

    private void acknowledge(RawClient now) throws IOException {
        for (Message each : held) {
            now.ack(each.qos() == 1 ? PUBACK : PUBREC, each.packetId());
        }
        held.clear();
    }

    /** Whether anything came. */
    boolean pollAndAcknowledge() throws IOException {
        boolean some = poll();
        RawClient now = client;
        if (now != null) {
            acknowledge(now);
        }
        return some;
    }

    void unsubscribe() throws IOException {
        RawClient now = client;
        if (now != null && subscribed) {
            subscribed = false;
            now.send(10, 2, new Bytes().u16(8).u8(0).text(FILTER));
        }
    }

    /** The connection breaks. */
    void breakOff() throws IOException {
        RawClient now = client;
        if (now != null) {
            now.close();
            isGone();
        }
    }

    /** The session ends too. */
    void end() throws IOException {
        RawClient now = client;
        if (now != null) {
            now.send(DISCONNECT, 0, new Bytes().u8(0).sized(new Bytes().u8(0x11).u32(0)));
            breakOff();
        }
    }

    /** The broker has broken it. */
    void isGone() {
        client = null;
        held.clear();
        if (!kept) {
            subscribed = false;
            received.clear();
        }
    }
}
