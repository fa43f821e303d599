package io.robustmq.broker;

import java.io.IOException;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * QoS 2 messages from a client, by packet identifier, from PUBLISH to PUBREL: so that each is taken
 * once (MQTT 5, 4.3.3). Belongs to the session's loop.
 */
final class Received {
    private final Session session;
    private final BitSet ids;
    private int count;
    private @Nullable BitSet releasing;

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

    Pubrel release(int packetId) {
        if (!ids.get(packetId)) {
            return Pubrel.UNKNOWN;
        }
        Backlog backlog = session.backlog();
        if (backlog == null) {
            remove(packetId);
            return Pubrel.COMPLETED;
        }
        BitSet pending = releasing;
        if (pending == null) {
            pending = new BitSet();
            releasing = pending;
        }
        if (!pending.get(packetId)) {
            pending.set(packetId);
            write(packetId, backlog.number(), pending);
        }
        return Pubrel.LATER;
    }

    private void write(int packetId, int number, BitSet pending) {
        Loop home = session.home();
        SessionRecord released = new SessionRecord.Released(number, packetId);
        home.log()
                .add(
                        new LogEntry(home, released.encoded()) {
                            @Override
                            void committed() {
                                pending.clear(packetId);
                                remove(packetId);
                                Subscriber to = session.subscriber();
                                if (to != null) {
                                    to.pubcomp(packetId);
                                }
                            }

                            @Override
                            void refused(IOException why) {
                                home.log().later(() -> write(packetId, number, pending));
                            }
                        });
    }
}
