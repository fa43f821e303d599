package io.robustmq.broker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a broker that is one of several knows of the others: what it wants of them, and which of
 * them have a session here. Any thread. A broker without cluster settings has none.
 */
final class Cluster {
    /** What their client identifiers begin with; the rest is the name of their home. */
    static final String PREFIX = "$peer/";

    // Subscription Identifiers of peers, which say whom a message is for

    /** All who subscribe for themselves; a retained message is stored too. */
    static final int ORDINARY = 1;

    /** Nobody: it is stored as a retained message, and no more. */
    static final int STORED = 2;

    /** The peer itself: see {@link PeerTalk}. */
    static final int TALK = 3;

    /** From here on groups, of which one member gets it. */
    static final int FIRST_GROUP = 16;

    /** Subscribed to by a peer that has all retained messages of this home from before it came. */
    static final String HAS_RETAINED = "$peer/retained";

    private static final long MICROS = 1000;

    private final ClusterSettings settings;
    private final Wants wants;
    private final FilterTrie<Recipient> subscriptions;
    private final AtomicLong lastMicros = new AtomicLong();

    // changed under the lock of this
    private final List<Session> sessions = new ArrayList<>();
    private volatile Known known = new Known(new Route.Target[0], new Route.Target[0]);

    /**
     * Those who get every retained message.
     *
     * @param all as those who subscribe to it
     * @param storing to be stored only
     */
    record Known(Route.Target[] all, Route.Target[] storing) {}

    Cluster(ClusterSettings settings, long incarnation, FilterTrie<Recipient> subscriptions) {
        this.settings = settings;
        this.wants = new Wants(incarnation);
        this.subscriptions = subscriptions;
    }

    static String clientId(String home) {
        return PREFIX + home;
    }

    static boolean isPeer(String clientId) {
        return clientId.startsWith(PREFIX);
    }

    ClusterSettings settings() {
        return settings;
    }

    String home() {
        return settings.home();
    }

    Wants wants() {
        return wants;
    }

    Known known() {
        return known;
    }

    /** There is a session for a peer. */
    synchronized void add(Session session) {
        sessions.add(session);
        changed();
    }

    synchronized void remove(Session session) {
        sessions.remove(session);
        changed();
    }

    private void changed() {
        sessions.sort(Comparator.comparing(Session::clientId));
        known =
                new Known(
                        sessions.stream()
                                .map(each -> target(each, 2, ORDINARY, false))
                                .toArray(Route.Target[]::new),
                        sessions.stream()
                                .map(each -> target(each, 1, STORED, true))
                                .toArray(Route.Target[]::new));
        subscriptions.touch();
    }

    private static Route.Target target(Session session, int qos, int identifier, boolean always) {
        return new Route.Target(session, qos, true, new int[] {identifier}, null, null, always);
    }

    /** Of a retained message that is published here now: later than all that are known. */
    Stamp stamp(long nowMillis) {
        return new Stamp(
                lastMicros.updateAndGet(last -> Math.max(last + 1, nowMillis * MICROS)), home());
    }

    /** One of another home, or of the log. */
    void saw(@Nullable Stamp stamp) {
        if (stamp != null) {
            lastMicros.accumulateAndGet(stamp.micros(), Math::max);
        }
    }
}
