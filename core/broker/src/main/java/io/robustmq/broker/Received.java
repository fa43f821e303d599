package io.robustmq.broker;

import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * QoS 2 messages from a client, by packet identifier, from PUBLISH to PUBREL: so that each is taken
 * once (MQTT 5, 4.3.3). Belongs to the session's loop.
 */
final class Received {
    private final Session session;
    private final BitSet ids;
    private int count;

    /** Those whose PUBREL is on its way into the log, and the connection that it came by. */
    private @Nullable Map<Integer, Subscriber> releasing;

    /**
     * @param ids known from before
     */
    Received(Session session, BitSet ids) {
        this.session = session;
        this.ids = ids;
        this.count = ids.cardinality();
    }

    boolean has(int packetId) {
        return ids.get(packetId);
    }

    void add(int packetId) {
        ids.set(packetId);
        count++;
    }

    /** As if it had not come, or would never come again. */
    void remove(int packetId) {
        if (ids.get(packetId)) {
            ids.clear(packetId);
            count--;
        }
    }

    /** Its sender has forgotten them: they mean nothing any more. */
    void forget() {
        Backlog backlog = session.backlog();
        for (int id = ids.nextSetBit(0); id >= 0; id = ids.nextSetBit(id + 1)) {
            remove(id);
            if (backlog != null) {
                writeForgotten(new SessionRecord.Released(backlog.number(), id));
            }
        }
    }

    private void writeForgotten(SessionRecord.Released released) {
        session.home().log().write(released, () -> writeForgotten(released));
    }

    /** Messages whose PUBREL has not come. */
    int count() {
        return count;
    }

    /** What became of a PUBREL. */
    enum Pubrel {
        COMPLETED,
        /** PUBCOMP will be sent when the log has it: or else the identifier could be used twice. */
        LATER,
        UNKNOWN
    }

    /**
     * @param by whom it came
     */
    Pubrel release(int packetId, Subscriber by) {
        if (!ids.get(packetId)) {
            return Pubrel.UNKNOWN;
        }
        Backlog backlog = session.backlog();
        if (backlog == null) {
            remove(packetId);
            return Pubrel.COMPLETED;
        }
        Map<Integer, Subscriber> pending = releasing;
        if (pending == null) {
            pending = new HashMap<>(4);
            releasing = pending;
        }
        if (pending.put(packetId, by) == null) {
            write(packetId, backlog.number(), pending);
        }
        return Pubrel.LATER;
    }

    @SuppressWarnings("ReferenceEquality") // this very connection
    private void write(int packetId, int number, Map<Integer, Subscriber> pending) {
        Loop home = session.home();
        SessionRecord released = new SessionRecord.Released(number, packetId);
        home.log()
                .add(
                        new LogEntry(home, released.encoded()) {
                            @Override
                            void committed() {
                                Subscriber by = pending.remove(packetId);
                                Received.this.remove(packetId);
                                // on another connection the client sends PUBREL once more
                                if (by != null && by == session.subscriber()) {
                                    by.pubcomp(packetId);
                                }
                            }

                            @Override
                            void refused(IOException why) {
                                home.log().later(() -> write(packetId, number, pending));
                            }
                        });
    }
}
