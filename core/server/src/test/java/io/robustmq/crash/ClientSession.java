package io.robustmq.crash;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Fact.Sending;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client remembers while it has no connection: what it sent and the broker has not settled,
 * in the order in which it was sent, and packet ids of QoS 2 that the broker has not released.
 */
final class ClientSession {
    private static final int MAX_PACKET_ID = 65_535;

    private final String client;
    private final History history;
    private final LinkedHashMap<Integer, Outgoing> outgoing = new LinkedHashMap<>();
    private int lastPacketId;

    /** Incoming, by packet id. */
    final Map<Integer, MessageId> unreleased = new HashMap<>();

    ClientSession(String client, History history) {
        this.client = client;
        this.history = history;
    }

    private static final class Outgoing {
        private final MessageId message;
        private final Sending how;
        private final byte[] payload;
        private boolean isReceived; // PUBREC came

        private Outgoing(MessageId message, Sending how, byte[] payload) {
            this.message = message;
            this.how = how;
            this.payload = payload;
        }

        private void write(int packetId, boolean dup, Out out) {
            String topic =
                    how.kind() == Kind.DELAYED
                            ? "$delayed/" + how.delayMillis() / 1_000 + "/" + how.topic()
                            : how.topic();
            boolean retain = how.kind() == Kind.RETAINED || how.kind() == Kind.CLEARING;
            out.publish(topic, payload, how.qos(), dup, retain, packetId);
        }
    }

    int onTheWay() {
        return outgoing.size();
    }

    int nextPacketId() {
        do {
            lastPacketId = lastPacketId % MAX_PACKET_ID + 1;
        } while (outgoing.containsKey(lastPacketId));
        return lastPacketId;
    }

    void publish(MessageId message, Sending how, byte[] payload, Out out) {
        Outgoing fresh = new Outgoing(message, how, payload);
        int packetId = nextPacketId();
        outgoing.put(packetId, fresh);
        history.add(new Fact.Sent(message, how, false));
        fresh.write(packetId, false, out);
    }

    /** After a reconnect: PUBLISH with DUP, or PUBREL, in the order of old. */
    void sendAgain(Out out) {
        outgoing.forEach((packetId, one) -> {
            if (one.isReceived) {
                out.ack(Packet.PUBREL, packetId);
            } else {
                history.add(new Fact.Sent(one.message, one.how, true));
                one.write(packetId, true, out);
            }
        });
    }

    /** The broker knows nothing of this session. */
    void forget() {
        outgoing.clear();
        unreleased.clear();
    }

    /** PUBACK, PUBREC or PUBCOMP. */
    void answered(Packet packet, Out out) {
        int packetId = packet.packetId();
        Outgoing one = outgoing.get(packetId);
        boolean fits =
                one != null
                        && switch (packet.type()) {
                            case Packet.PUBACK -> one.how.qos() == 1;
                            case Packet.PUBREC -> one.how.qos() == 2;
                            default -> one.isReceived;
                        };
        if (one == null || !fits) {
            history.add(new Fact.Broken(client, "answers nothing that was sent: " + told(packet)));
            return;
        }
        if (packet.type() == Packet.PUBCOMP) {
            outgoing.remove(packetId);
            history.add(new Fact.Completed(one.message));
        } else if (packet.reason() >= Packet.FAILURE) {
            outgoing.remove(packetId);
            history.add(new Fact.Refused(one.message, packet.reason()));
        } else {
            if (!one.isReceived) {
                history.add(new Fact.Acknowledged(one.message));
            }
            if (packet.type() == Packet.PUBACK) {
                outgoing.remove(packetId);
            } else {
                one.isReceived = true;
                out.ack(Packet.PUBREL, packetId);
            }
        }
    }

    private static String told(Packet packet) {
        return "type " + packet.type() + " packet id " + packet.packetId();
    }
}
