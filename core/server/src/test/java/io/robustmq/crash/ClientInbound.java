package io.robustmq.crash;

import java.util.HashSet;
import java.util.Set;

/** What comes to a client over one connection, and its answers. */
final class ClientInbound {
    private final String client;
    private final ClientSession session;
    private final History history;
    private final int receiveMaximum;
    private final Set<Integer> unacknowledged = new HashSet<>();

    /** Takes what comes and answers nothing, as a client that hangs. */
    boolean isSilent;

    ClientInbound(String client, ClientSession session, History history, int receiveMaximum) {
        this.client = client;
        this.session = session;
        this.history = history;
        this.receiveMaximum = receiveMaximum;
    }

    void publish(Packet.Publish publish, Out out) {
        MessageId message = MessageId.of(publish.payload());
        if (message == null) {
            broken("a payload that nobody sent on " + publish.topic());
            return;
        }
        if (publish.qos() == 0) {
            received(publish, message);
            return;
        }
        if (!unacknowledged.add(publish.packetId())) {
            broken("packet id " + publish.packetId() + " used twice at once, by " + message);
        }
        if (receiveMaximum > 0 && unacknowledged.size() > receiveMaximum) {
            broken(unacknowledged.size() + " unacknowledged, Receive Maximum " + receiveMaximum);
        }
        if (publish.qos() == 1) {
            received(publish, message);
            answer(Packet.PUBACK, publish.packetId(), out);
        } else {
            twice(publish, message, out);
        }
    }

    private void twice(Packet.Publish publish, MessageId message, Out out) {
        MessageId before = session.unreleased.put(publish.packetId(), message);
        if (!message.equals(before)) {
            if (before != null) {
                broken("packet id " + publish.packetId() + " of " + before + " is " + message);
            }
            received(publish, message);
        } else if (!publish.dup()) {
            broken("sent again without DUP: " + message);
        }
        answer(Packet.PUBREC, publish.packetId(), out);
    }

    void release(int packetId, Out out) {
        session.unreleased.remove(packetId);
        answer(Packet.PUBCOMP, packetId, out);
    }

    private void answer(int type, int packetId, Out out) {
        if (isSilent) {
            return;
        }
        if (type != Packet.PUBREC) {
            unacknowledged.remove(packetId);
        }
        out.ack(type, packetId);
    }

    private void received(Packet.Publish publish, MessageId message) {
        history.add(
                new Fact.Received(
                        client,
                        message,
                        publish.topic(),
                        publish.qos(),
                        publish.dup(),
                        publish.retained()));
    }

    private void broken(String what) {
        history.add(new Fact.Broken(client, what));
    }
}
