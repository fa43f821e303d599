package io.robustmq.broker;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What the log says: the fold over its records, and nothing else. Recovery makes the broker's
 * sessions of it, and the keeper of the log its snapshots. The broker itself never looks at it
 * while it runs: what it does to a session it writes down, so that the fold comes to the same.
 *
 * <p>A record about a session that is not there (any more) means nothing. One thread.
 */
final class BrokerState {
    private static final int VERSION = 4;

    /** Without other homes. */
    private static final int VERSION_3 = 3;

    /** Without groups. */
    private static final int VERSION_2 = 2;

    private static final int MOST_CLEARED = 100_000;

    final Map<Integer, StoredSession> sessions = new HashMap<>();

    /** What sessions that have ended were given as members of groups, and no other has yet. */
    final Map<Integer, StoredSession> left = new HashMap<>();

    /** Retained messages by topic. */
    final Map<String, Retained> retained = new HashMap<>();

    /** Delayed messages by their offset. */
    final TreeMap<Long, Later> delayed = new TreeMap<>();

    /** Topics whose retained message was cleared, where there are several homes. */
    final Cleared cleared = new Cleared(MOST_CLEARED);

    private final MessageRecord message = new MessageRecord();

    /** Records below are in it. */
    private long next;

    private int nextNumber = 1;

    /** Where a retained message is, and until when. */
    record Retained(long offset, int bytes, long expiresAtMillis) {}

    /** When a delayed message is due, epoch millis. */
    record Later(long dueMillis, int bytes) {}

    long next() {
        return next;
    }

    /** Greater than that of any session so far. */
    int nextNumber() {
        return nextNumber;
    }

    void apply(long offset, long epochMillis, ByteBuffer record) throws IOException {
        next = offset + 1;
        if (record.get(record.position()) == MessageRecord.KIND) {
            message(offset, message.of(record));
        } else {
            session(epochMillis, SessionRecord.decoded(record));
        }
    }

    /** Records below {@code offset} cannot be read any more. */
    void skipTo(long offset) {
        next = offset;
    }

    private void message(long offset, MessageRecord record) {
        int bytes = record.size();
        if (record.has(MessageRecord.PASSED)) {
            done(record.passedFrom(), refs -> refs.done(record.passed()));
        }
        while (record.nextTarget()) {
            boolean shared = record.targetShare() != null;
            int number = record.targetSession();
            StoredSession session = shared ? sharedBy(number) : sessions.get(number);
            if (session != null) {
                long added = session.refs.add(offset, bytes, record.expiresAtMillis());
                if (shared) {
                    session.refs.shared(added);
                }
            }
        }
        if (record.has(MessageRecord.STORE)) {
            retained.put(record.topic(), new Retained(offset, bytes, record.expiresAtMillis()));
            cleared.remove(record.topic());
        } else if (record.has(MessageRecord.CLEAR)) {
            retained.remove(record.topic());
            Stamp stamp = record.stamp();
            if (stamp != null) {
                cleared.put(record.topic(), stamp);
            }
        }
        if (record.has(MessageRecord.FROM)) {
            StoredSession publisher = sessions.get(record.publisher());
            if (publisher != null) {
                publisher.received.set(record.packetId());
            }
        }
        if (record.has(MessageRecord.WILL)) {
            StoredSession gone = sessions.get(record.will());
            if (gone != null) {
                gone.willPublished();
            }
        }
        if (record.has(MessageRecord.FIRED)) {
            delayed.remove(record.fired());
        }
        if (record.has(MessageRecord.DELAYED)) {
            delayed.put(offset, new Later(record.dueMillis(), bytes));
        }
    }

    /** One that has ended is remembered for it. */
    private StoredSession sharedBy(int number) {
        StoredSession session = sessions.get(number);
        return session == null
                ? left.computeIfAbsent(number, gone -> new StoredSession(gone, ""))
                : session;
    }

    /** Of a session, or of what one left. */
    private void done(int number, Consumer<Refs> change) {
        StoredSession session = sessions.get(number);
        if (session != null) {
            change.accept(session.refs);
            return;
        }
        StoredSession gone = left.get(number);
        if (gone != null) {
            change.accept(gone.refs);
            if (gone.refs.span() == 0) {
                left.remove(number);
            }
        }
    }

    private void ended(StoredSession session) {
        sessions.remove(session.number);
        if (session.refs.mayHaveShared()) {
            StoredSession rest = session.left();
            if (rest.refs.span() > 0) {
                left.put(session.number, rest);
            }
        }
    }

    private void session(long epochMillis, SessionRecord record) {
        if (record instanceof SessionRecord.Opened opened) {
            open(opened);
            return;
        }
        if (record instanceof SessionRecord.Done done) {
            done(done.number(), refs -> done(refs, done));
            return;
        }
        StoredSession session = sessions.get(record.number());
        if (session == null) {
            return;
        }
        switch (record) {
            case SessionRecord.Opened _, SessionRecord.Done _ -> {}
            case SessionRecord.Connected connected ->
                    session.connected(connected.expirySeconds(), connected.will());
            case SessionRecord.Suspended suspended -> session.suspended(suspended, epochMillis);
            case SessionRecord.Ended _ -> ended(session);
            case SessionRecord.Subscribed subscribed ->
                    subscribed
                            .filters()
                            .forEach(filter -> session.subscriptions.put(filter.filter(), filter));
            case SessionRecord.Unsubscribed unsubscribed ->
                    unsubscribed.filters().forEach(session.subscriptions::remove);
            case SessionRecord.Received received -> {
                Refs refs = session.refs;
                long each = refs.at(received.message());
                if (each >= 0 && refs.state(each) == Refs.State.WAITING) {
                    refs.state(each, Refs.State.RELEASED);
                }
            }
            case SessionRecord.Released released -> session.received.clear(released.packetId());
        }
    }

    private static void done(Refs refs, SessionRecord.Done done) {
        refs.doneBelow(done.below());
        done.above().forEach(refs::done);
    }

    private void open(SessionRecord.Opened opened) {
        StoredSession session = new StoredSession(opened.number(), opened.clientId());
        session.connected(opened.expirySeconds(), opened.will());
        put(session);
    }

    private void put(StoredSession session) {
        sessions.put(session.number, session);
        nextNumber = Math.max(nextNumber, session.number + 1);
    }

    /**
     * The one session of each client. There are two if the process ended before the log had that
     * one of them was given up: at most one was ever used.
     */
    Collection<StoredSession> perClient() {
        Map<String, StoredSession> byClientId = new HashMap<>();
        for (StoredSession session : sessions.values()) {
            byClientId.merge(
                    session.clientId,
                    session,
                    (one, other) -> {
                        if (one.isUsed() != other.isUsed()) {
                            return one.isUsed() ? one : other;
                        }
                        return one.number > other.number ? one : other;
                    });
        }
        return byClientId.values();
    }

    /** Lets go of retained messages that nobody will be given any more. */
    void removeExpired(long nowMillis) {
        retained.values().removeIf(each -> each.expiresAtMillis <= nowMillis);
        cleared.removeOld(nowMillis);
    }

    /** The oldest record that a session needs; {@link #next} if none. */
    long oldestQueued() {
        return Math.min(oldest(sessions.values()), oldest(left.values()));
    }

    private long oldest(Collection<StoredSession> all) {
        long oldest = next;
        for (StoredSession session : all) {
            Refs refs = session.refs;
            if (refs.base() < refs.next()) {
                oldest = Math.min(oldest, refs.offset(refs.base()));
            }
        }
        return oldest;
    }

    // snapshots: version 4, then each part behind its count 4

    void write(DataOutputStream out) throws IOException {
        out.writeInt(VERSION);
        out.writeInt(nextNumber);
        out.writeInt(sessions.size());
        for (StoredSession session : sessions.values()) {
            session.write(out);
        }
        out.writeInt(retained.size());
        for (Map.Entry<String, Retained> each : retained.entrySet()) {
            SessionRecord.putText(out, each.getKey());
            out.writeLong(each.getValue().offset);
            out.writeInt(each.getValue().bytes);
            out.writeLong(each.getValue().expiresAtMillis);
        }
        out.writeInt(delayed.size());
        for (Map.Entry<Long, Later> each : delayed.entrySet()) {
            out.writeLong(each.getKey());
            out.writeLong(each.getValue().dueMillis);
            out.writeInt(each.getValue().bytes);
        }
        out.writeInt(left.size());
        for (StoredSession each : left.values()) {
            each.write(out);
        }
        out.writeInt(cleared.stamps().size());
        for (Map.Entry<String, Stamp> each : cleared.stamps().entrySet()) {
            SessionRecord.putText(out, each.getKey());
            out.writeLong(each.getValue().micros());
            SessionRecord.putText(out, each.getValue().home());
        }
    }

    static BrokerState read(long offset, DataInputStream in) throws IOException {
        int version = in.readInt();
        if (version != VERSION && version != VERSION_3 && version != VERSION_2) {
            throw new IOException(
                    "a snapshot of the broker of version " + version + ", known is " + VERSION);
        }
        BrokerState state = new BrokerState();
        int nextNumber = in.readInt();
        for (int n = in.readInt(); n > 0; n--) {
            state.put(StoredSession.read(in, version));
        }
        state.nextNumber = nextNumber;
        for (int n = in.readInt(); n > 0; n--) {
            String topic = SessionRecord.text(in);
            state.retained.put(topic, new Retained(in.readLong(), in.readInt(), in.readLong()));
        }
        for (int n = in.readInt(); n > 0; n--) {
            state.delayed.put(in.readLong(), new Later(in.readLong(), in.readInt()));
        }
        for (int n = version == VERSION_2 ? 0 : in.readInt(); n > 0; n--) {
            StoredSession gone = StoredSession.read(in, version);
            state.left.put(gone.number, gone);
        }
        for (int n = version == VERSION ? in.readInt() : 0; n > 0; n--) {
            state.cleared.put(
                    SessionRecord.text(in), new Stamp(in.readLong(), SessionRecord.text(in)));
        }
        state.next = offset;
        return state;
    }
}
