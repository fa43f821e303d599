package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session as the log tells it. One thread. */
final class StoredSession {
    final int number;
    final String clientId;
    final Map<String, SessionRecord.Filter> subscriptions = new LinkedHashMap<>(2);
    final Refs refs = new Refs();

    /** Packet identifiers of QoS 2 messages from the client that it has not released. */
    final BitSet received = new BitSet();

    long expirySeconds;
    boolean connected;

    /** When its connection went; not while it is connected. */
    long suspendedMillis;

    /** Numbers below were sent at least once; counts only while it is not connected. */
    long sent;

    Connect.@Nullable Will will;

    /** Of the will that waits to be published; not while it is connected. */
    long willDueMillis;

    StoredSession(int number, String clientId) {
        this.number = number;
        this.clientId = clientId;
    }

    void connected(long expiry, Connect.@Nullable Will newWill) {
        connected = true;
        expirySeconds = expiry;
        will = newWill;
    }

    void suspended(SessionRecord.Suspended record, long atMillis) {
        connected = false;
        expirySeconds = record.expirySeconds();
        sent = refs.first(record.sent());
        will = record.will();
        willDueMillis = record.willDueMillis();
        suspendedMillis = atMillis;
    }

    void willPublished() {
        will = null;
    }

    /**
     * The process that had it connected ended without a word: now its client is away, what waited
     * may have been sent, and its will is due as if the connection had broken.
     */
    void interrupted(long nowMillis) {
        if (connected) {
            connected = false;
            sent = refs.next();
            suspendedMillis = nowMillis;
            if (will != null) {
                willDueMillis = nowMillis + Math.min(will.delaySeconds(), expirySeconds) * 1000;
            }
        }
    }

    /** There is something in it to lose. */
    boolean isUsed() {
        return !subscriptions.isEmpty() || refs.next() > 0 || !received.isEmpty();
    }

    void write(DataOutputStream out) throws IOException {
        out.writeInt(number);
        SessionRecord.putText(out, clientId);
        out.writeLong(expirySeconds);
        out.writeBoolean(connected);
        out.writeLong(suspendedMillis);
        out.writeLong(sent);
        SessionRecord.putWill(out, will);
        out.writeLong(willDueMillis);
        out.writeInt(subscriptions.size());
        for (SessionRecord.Filter filter : subscriptions.values()) {
            SessionRecord.putFilter(out, filter);
        }
        out.writeInt(received.cardinality());
        for (int id = received.nextSetBit(0); id >= 0; id = received.nextSetBit(id + 1)) {
            out.writeShort(id);
        }
        refs.write(out);
    }

    /** What its group gave it and it did not acknowledge; it has ended, so others get it. */
    StoredSession left() {
        StoredSession left = new StoredSession(number, clientId);
        left.sent = connected ? refs.next() : sent;
        left.refs.leftOf(refs);
        return left;
    }

    static StoredSession read(DataInputStream in, int version) throws IOException {
        StoredSession session = new StoredSession(in.readInt(), SessionRecord.text(in));
        session.expirySeconds = in.readLong();
        session.connected = in.readBoolean();
        session.suspendedMillis = in.readLong();
        session.sent = in.readLong();
        session.will = SessionRecord.will(in);
        session.willDueMillis = in.readLong();
        for (int n = in.readInt(); n > 0; n--) {
            SessionRecord.Filter filter = SessionRecord.filter(in);
            session.subscriptions.put(filter.filter(), filter);
        }
        for (int n = in.readInt(); n > 0; n--) {
            session.received.set(in.readUnsignedShort());
        }
        session.refs.read(in, version);
        return session;
    }
}
