package io.robustmq.broker;

import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.Subscribe;
import io.robustmq.protocol.Unsubscribe;
import io.robustmq.protocol.UserProperty;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What another home wants of this one: the subscriptions of its session, changed by its SUBSCRIBE
 * and UNSUBSCRIBE packets, which are answered when the log has them. What is there already is not
 * written again. If the log does not take a change it is tried until it does, so nothing is undone.
 * Belongs to the loop of the link.
 */
final class RoutesIn {
    private static final int FILTERS = 4096;

    private final PeerLink link;

    /** Of the other home's numbers; versions of another one say nothing. */
    private long incarnation;

    /** All up to it is in the log; 0 if that is not known. */
    private long version;

    /** Of what was received last. */
    private long versionSeen;

    /** Records that the log has not taken yet. */
    private int unwritten;

    private int refused;

    /** While all is told: what has not been told again. */
    private @Nullable Set<String> stale;

    /** Not all of it was there before. */
    private int added;

    RoutesIn(PeerLink link) {
        this.link = link;
    }

    long incarnation() {
        return incarnation;
    }

    long version() {
        return version;
    }

    /** A connection begins. */
    void begin(long theirs) {
        stale = null;
        versionSeen = 0;
        if (incarnation != theirs) {
            incarnation = theirs;
            version = 0;
        }
    }

    void subscribe(Subscribe subscribe) {
        Session session = link.session();
        Set<String> untold = stale;
        List<String> changed = new ArrayList<>(subscribe.filters().size());
        for (Subscribe.Filter each : subscribe.filters()) {
            String filter = each.filter();
            if (untold != null) {
                untold.remove(filter);
            }
            Subscription after =
                    new Subscription(
                            session,
                            filter,
                            each.qos(),
                            false,
                            each.retainAsPublished(),
                            subscribe.subscriptionIdentifier());
            Subscription before = session.subscriptions().put(filter, after);
            boolean isGroup = TopicLevels.isShared(filter);
            if (isGroup) {
                join(after, subscribe.userProperties(), session);
            }
            if (!after.equals(before)) {
                if (!isGroup) {
                    session.home().shared().subscriptions().put(after);
                }
                changed.add(filter);
            }
        }
        added += changed.size();
        write(changed, PacketType.SUBACK, subscribe.packetId(), subscribe.filters().size());
        saw(subscribe.userProperties());
    }

    private static void join(Subscription group, List<UserProperty> properties, Session session) {
        String filter = group.filter();
        session.shares().weight(filter, number(properties, RoutesOut.PRESENT));
        session.home().shared().subscriptions().put(group);
        ShareMember member = session.shares().member(filter);
        if (member != null) {
            session.shares().passOnTo(member);
        }
    }

    void unsubscribe(Unsubscribe unsubscribe) {
        List<String> removed = remove(unsubscribe.filters());
        write(removed, PacketType.UNSUBACK, unsubscribe.packetId(), unsubscribe.filters().size());
        saw(unsubscribe.userProperties());
    }

    private List<String> remove(Iterable<String> filters) {
        Session session = link.session();
        List<String> removed = new ArrayList<>();
        for (String filter : filters) {
            if (session.subscriptions().remove(filter) != null) {
                session.home().shared().subscriptions().remove(filter, session);
                removed.add(filter);
                if (TopicLevels.isShared(filter)) {
                    session.passOnOf(filter);
                }
            }
        }
        return removed;
    }

    private void saw(List<UserProperty> properties) {
        long told = number(properties, RoutesOut.VERSION);
        if (told > 0) {
            versionSeen = told;
            settle();
        }
    }

    private void settle() {
        if (unwritten == 0 && refused == 0 && stale == null && versionSeen > 0) {
            version = versionSeen;
        }
    }

    private static int number(List<UserProperty> properties, String name) {
        for (UserProperty each : properties) {
            if (each.name().equals(name)) {
                return number(each.value());
            }
        }
        return 0;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    // all

    void allBegins() {
        stale = new HashSet<>(link.session().subscriptions().keySet());
        stale.remove(Cluster.HAS_RETAINED);
        version = 0;
        added = 0;
    }

    void allEnds(long told) {
        Set<String> gone = stale;
        if (gone == null) {
            return;
        }
        stale = null;
        List<String> removed = remove(gone);
        for (int from = 0; from < removed.size(); from += FILTERS) {
            write(removed.subList(from, Math.min(removed.size(), from + FILTERS)), null, 0, 0);
        }
        versionSeen = told;
        settle();
        link.emit(
                new SubscriptionEvent.PeerRoutesResynchronised(
                        link.home(), link.session().subscriptions().size(), added, removed.size()));
    }

    /** Null if it cannot be said whether it is the same, as changes are on their way. */
    @Nullable Boolean isSame(long of, long count, long hash) {
        if (of != version || stale != null) {
            return null;
        }
        long ownCount = 0;
        long own = 0;
        for (Subscription each : link.session().subscriptions().values()) {
            if (!each.filter().equals(Cluster.HAS_RETAINED)) {
                ownCount++;
                own += Wants.hash(each.filter(), each.qos());
            }
        }
        return ownCount == count && own == hash;
    }

    // the log

    /**
     * How the session subscribes to those filters now.
     *
     * @param answer SUBACK or UNSUBACK, when it is in the log; null for none
     */
    private void write(List<String> filters, @Nullable PacketType answer, int packetId, int codes) {
        unwritten++;
        Connection to = link.connection();
        put(
                filters,
                () -> {
                    unwritten--;
                    settle();
                    if (answer != null && to != null && to.isConnected()) {
                        answer(to, answer, packetId, codes);
                    }
                });
    }

    /** Where there is nothing to write, it waits for what came before. */
    private void put(List<String> filters, Runnable then) {
        Session session = link.session();
        Backlog backlog = session.backlog();
        if (backlog == null) {
            throw new IllegalStateException("the session of a peer is not kept");
        }
        List<SessionRecord.Filter> wanted = new ArrayList<>(filters.size());
        List<String> unwanted = new ArrayList<>();
        for (String each : filters) {
            Subscription now = session.subscriptions().get(each);
            if (now == null) {
                unwanted.add(each);
            } else {
                wanted.add(now.stored());
            }
        }
        if (!unwanted.isEmpty() && !wanted.isEmpty()) {
            add(session, new SessionRecord.Unsubscribed(backlog.number(), unwanted), filters, null);
        }
        SessionRecord last =
                !wanted.isEmpty()
                        ? new SessionRecord.Subscribed(backlog.number(), wanted)
                        : unwanted.isEmpty()
                                ? SessionRecord.NOTHING
                                : new SessionRecord.Unsubscribed(backlog.number(), unwanted);
        add(session, last, filters, then);
    }

    private void add(
            Session session, SessionRecord record, List<String> filters, @Nullable Runnable then) {
        Loop loop = session.home();
        loop.log()
                .add(
                        new LogEntry(loop, record.encoded()) {
                            @Override
                            void committed() {
                                if (then != null) {
                                    then.run();
                                }
                            }

                            @Override
                            void refused(IOException why) {
                                if (then == null) {
                                    return; // the second record is refused too, and both written
                                }
                                refused++;
                                loop.log()
                                        .later(() -> {
                                            refused--;
                                            if (!session.hasEnded()) {
                                                put(filters, then);
                                            }
                                        });
                            }
                        });
    }

    private static void answer(Connection to, PacketType type, int packetId, int codes) {
        int[] granted = new int[codes];
        int bytes = codes + 16;
        if (type == PacketType.SUBACK) {
            PacketEncoder.suback(
                    to.outbound().packet(PacketType.SUBACK, bytes),
                    to.version(),
                    packetId,
                    granted,
                    null);
        } else {
            PacketEncoder.unsuback(
                    to.outbound().packet(PacketType.UNSUBACK, bytes),
                    to.version(),
                    packetId,
                    granted,
                    null);
        }
    }
}
