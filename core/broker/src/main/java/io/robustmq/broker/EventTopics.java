package io.robustmq.broker;

import io.netty.util.concurrent.Future;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The broker's own messages below {@code $SYS/events/}, QoS 0, to admins that are connected now.
 * Any thread.
 *
 * <p>Whoever is no admin may not subscribe there; a subscription that was made by an admin and is
 * found by somebody else, or one with a wildcard that matches these topics too, gets none of them.
 */
public final class EventTopics {
    private static final String BELOW = "$SYS";
    private static final String EVENTS = "$SYS/events";
    private static final String BROKERS = "$SYS/brokers/";
    private static final byte[] NO_PROPERTIES = {};

    private final FilterTrie<Recipient> subscriptions;
    private final Set<Connection> admins = ConcurrentHashMap.newKeySet();
    private volatile List<Loop> loops = List.of();
    private volatile Runnable wanted = () -> {};
    private volatile @Nullable SysTopics sys;

    EventTopics(FilterTrie<Recipient> subscriptions) {
        this.subscriptions = subscriptions;
    }

    /** One message. */
    public record Own(String topic, byte[] payload) {}

    /** Before the first is published. */
    void open(List<Loop> all) {
        loops = all;
    }

    void open(SysTopics others) {
        sys = others;
    }

    /** Null before the broker is open. */
    @Nullable SysTopics sys() {
        return sys;
    }

    /** Where it is told which clients come and go. */
    static String clients(String node) {
        return BROKERS + node + "/clients/";
    }

    /** Hands it to who wants it; on whichever thread. */
    void publish(Message message) {
        for (Loop loop : loops) {
            loop.executor().execute(() -> deliver(loop, List.of(message)));
        }
    }

    /**
     * Has {@code told} run, on an event loop, when an admin subscribes; what is published after it
     * returned reaches that client.
     */
    public void onWanted(Runnable told) {
        wanted = told;
    }

    /** Whether there may be somebody who gets them. */
    public boolean isWanted() {
        return !admins.isEmpty() && subscriptions.hasFiltersBelow(BELOW);
    }

    /**
     * Hands {@code messages} to who wants them, and waits until that is done or {@code mostMillis}
     * have passed. Not on an event loop.
     */
    public void publish(List<Own> messages, long mostMillis) {
        List<Message> all = new ArrayList<>(messages.size());
        for (Own each : messages) {
            all.add(
                    new Message(
                            each.topic(),
                            each.topic().getBytes(StandardCharsets.UTF_8),
                            each.payload(),
                            0,
                            false,
                            Message.NEVER,
                            NO_PROPERTIES,
                            System.nanoTime()));
        }
        List<Future<?>> done = new ArrayList<>();
        for (Loop loop : loops) {
            if (!loop.executor().isShuttingDown()) {
                done.add(loop.executor().submit(() -> deliver(loop, all)));
            }
        }
        for (Future<?> each : done) {
            each.awaitUninterruptibly(mostMillis, TimeUnit.MILLISECONDS);
        }
    }

    private void deliver(Loop loop, List<Message> messages) {
        for (Message message : messages) {
            Route.Target[] targets = loop.router().routeOf(message.topic()).targets()[loop.index()];
            Route.Target[] allowed = allowed(targets);
            if (allowed.length > 0) {
                loop.takeOver(message, allowed, null);
            }
        }
    }

    private Route.Target[] allowed(Route.Target[] targets) {
        List<Route.Target> allowed = new ArrayList<>(targets.length);
        for (Route.Target target : targets) {
            Subscriber subscriber = target.session().subscriber();
            if (subscriber != null && isAdmin(subscriber.connection())) {
                allowed.add(target);
            }
        }
        return allowed.toArray(new Route.Target[0]);
    }

    // connections

    void admitted(Connection admin) {
        admins.add(admin);
    }

    void left(Connection connection, Ending ending) {
        admins.remove(connection);
        SysTopics others = sys;
        if (others != null && connection.session() != null) {
            others.disconnected(connection, ending);
        }
    }

    private boolean isAdmin(Connection connection) {
        return admins.contains(connection);
    }

    /** Whether mqtt.admins alone says who may subscribe to it. */
    boolean isForAdmins(String filter) {
        String topics = FilterForm.of(filter).topics();
        return isBelowEvents(topics) || isBelowClients(topics);
    }

    private static boolean isBelowEvents(String topics) {
        return topics.equals(EVENTS) || topics.startsWith(EVENTS + '/');
    }

    /** Why this filter may not be subscribed to; null if it may. */
    @Nullable String refusal(String filter, Connection connection) {
        FilterForm form = FilterForm.of(filter);
        boolean events = isBelowEvents(form.topics());
        boolean brokers = form.topics().startsWith(BROKERS);
        if (form instanceof FilterForm.Group && (events || brokers)) {
            return "each subscriber gets all of "
                    + (events ? EVENTS : BROKERS)
                    + ", they are not shared";
        }
        return (events || isBelowClients(form.topics())) && !isAdmin(connection)
                ? "only users in mqtt.admins, with their password, may subscribe below "
                        + (events ? EVENTS : clients("<node>"))
                : null;
    }

    private static boolean isBelowClients(String filter) {
        if (!filter.startsWith(BROKERS)) {
            return false;
        }
        int slash = filter.indexOf('/', BROKERS.length());
        return slash > 0 && filter.startsWith("clients", slash + 1);
    }

    /** The subscription is made, and not yet answered. */
    void subscribed(String filter, Connection connection) {
        if (filter.startsWith(BELOW) && isAdmin(connection)) {
            wanted.run();
        }
    }
}
