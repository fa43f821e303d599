package io.robustmq.broker;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Those of a group among whom one is chosen, and whose turn it is: all, or those of this home. Any
 * loop chooses, without a lock; changed under the lock of {@link Subscriptions}.
 *
 * <p>A peer stands for its home's members, and is there once for each of them whose client is
 * there.
 */
final class ShareCircle {
    /** Who has the least to do is looked for among so many, from the one whose turn it is. */
    private static final int MOST_COMPARED = 32;

    /** Keeps two loops' turns off one cache line. */
    private static final int PADDING = 16;

    private static final ShareMember[] NOBODY = {};

    private final ShareStrategy strategy;

    /** In the order of their client identifiers, so that a restart does not change it. */
    private volatile ShareMember[] members = NOBODY;

    /** Those of them whose clients are there. */
    private volatile ShareMember[] present = NOBODY;

    /** Whose turn is next, by loop; only that loop writes. */
    private final int[] turns;

    /** Whom a sticky group stays with. */
    private final AtomicReference<@Nullable ShareMember> favourite = new AtomicReference<>();

    /** Where it was found last; any loop, and never mind which. */
    private int favouriteAt;

    ShareCircle(ShareStrategy strategy, int loops) {
        this.strategy = strategy;
        this.turns = new int[loops * PADDING];
    }

    // who is in it

    ShareMember[] members() {
        return members;
    }

    boolean hasPresent() {
        return present.length > 0;
    }

    int present() {
        return present.length;
    }

    void put(ShareMember member) {
        members = with(members, member, 1);
        if (member.load().isConnected()) {
            arrived(member);
        }
    }

    /** Its client has come. */
    void arrived(ShareMember member) {
        present = with(present, member, member.weight());
    }

    /** Its client has gone. */
    void left(Session session) {
        present = without(present, session);
    }

    void remove(Session session) {
        left(session);
        members = without(members, session);
    }

    /** Those of one home, out of another circle. */
    void only(ShareCircle all) {
        members = own(all.members);
        present = own(all.present);
    }

    private static ShareMember[] own(ShareMember[] all) {
        return Arrays.stream(all)
                .filter(each -> !each.session().isPeer())
                .toArray(ShareMember[]::new);
    }

    private static ShareMember[] with(ShareMember[] all, ShareMember member, int times) {
        ShareMember[] others = without(all, member.session());
        ShareMember[] more = Arrays.copyOf(others, others.length + times);
        Arrays.fill(more, others.length, more.length, member);
        Arrays.sort(more, Comparator.comparing(each -> each.session().clientId()));
        return more;
    }

    @SuppressWarnings("ReferenceEquality") // this very session
    private static ShareMember[] without(ShareMember[] all, Session session) {
        return Arrays.stream(all)
                .filter(each -> each.session() != session)
                .toArray(ShareMember[]::new);
    }

    // who gets a message

    /**
     * The member that gets it: by the group's strategy one whose client is there and can take it
     * now, else one where it waits; null if nobody is there and nobody's session keeps it.
     *
     * @param publisher client identifier, empty if it is not known
     */
    @Nullable ShareMember choose(int qos, String topic, String publisher, Loop loop) {
        ShareMember[] here = present;
        int at = here.length == 0 ? -1 : in(here, qos, topic, publisher, loop);
        if (at >= 0) {
            return here[at];
        }
        if (qos == 0) {
            // who cannot take it drops it, and counts it
            return here.length == 0 ? null : here[0];
        }
        ShareMember[] all = members;
        at = all.length == 0 ? -1 : in(all, qos, topic, publisher, loop);
        if (at >= 0) {
            return all[at];
        }
        if (here.length > 0) {
            return here[0];
        }
        for (ShareMember each : all) {
            if (each.target().isKept()) {
                return each;
            }
        }
        return null;
    }

    /**
     * The member that gets what another one had in the log: one whose session keeps it too if there
     * is one, so that a crash does not lose it.
     *
     * @param presentOnly only one whose client is there, and which has room
     */
    @Nullable ShareMember chooseNext(int qos, String topic, Loop loop, boolean presentOnly) {
        ShareMember[] here = present;
        ShareMember[] keepers = keepers(here);
        int at = keepers.length == 0 ? -1 : in(keepers, qos, topic, "", loop);
        if (at >= 0) {
            return keepers[at];
        }
        at = here.length == 0 ? -1 : in(here, qos, topic, "", loop);
        if (at >= 0) {
            return here[at];
        }
        return presentOnly ? null : choose(qos, topic, "", loop);
    }

    private static ShareMember[] keepers(ShareMember[] all) {
        return Arrays.stream(all)
                .filter(each -> each.target().isKept())
                .toArray(ShareMember[]::new);
    }

    /** The index of one that can take it, now or later; negative if nobody can. */
    private int in(ShareMember[] all, int qos, String topic, String publisher, Loop loop) {
        return switch (strategy) {
            case ROUND_ROBIN -> {
                int at = first(all, turn(loop, all.length), qos, false);
                turns[loop.index() * PADDING] = at + 1;
                yield at;
            }
            case RANDOM -> first(all, loop.random().nextInt(all.length), qos, false);
            case STICKY -> favourite(all, qos, loop);
            case HASH_CLIENT -> {
                String key = publisher.isEmpty() ? topic : publisher;
                yield first(all, hashed(key, all.length), qos, true);
            }
            case HASH_TOPIC -> first(all, hashed(topic, all.length), qos, true);
            case LEAST_IN_FLIGHT -> least(all, qos, loop);
        };
    }

    private int turn(Loop loop, int size) {
        int turn = turns[loop.index() * PADDING];
        return turn < size ? turn : 0;
    }

    private static int hashed(String key, int size) {
        int hash = key.hashCode() * 0x9E3779B9; // else similar names have one member
        return (hash >>> 16) % size;
    }

    /**
     * From {@code start} on.
     *
     * @param loyal one where it has to wait will do, if its client is there
     */
    private static int first(ShareMember[] all, int start, int qos, boolean loyal) {
        int willDo = -1;
        for (int i = 0; i < all.length; i++) {
            int at = start + i < all.length ? start + i : start + i - all.length;
            ShareLoad.Fit fit = all[at].fit(qos);
            if (fit == ShareLoad.Fit.NOW || loyal && fit == ShareLoad.Fit.LATER) {
                return at;
            }
            if (willDo < 0 && fit == ShareLoad.Fit.LATER) {
                willDo = at;
            }
        }
        return willDo;
    }

    private int favourite(ShareMember[] all, int qos, Loop loop) {
        ShareMember now = favourite.get();
        int at = now == null ? -1 : indexOf(all, now);
        if (now != null && at >= 0) {
            // who is there but cannot take this one remains the favourite
            return now.fit(qos) == ShareLoad.Fit.NOT ? first(all, at, qos, true) : at;
        }
        int found = first(all, loop.random().nextInt(all.length), qos, true);
        boolean stays = now != null && indexOf(present, now) >= 0; // only not among these
        if (found < 0 || stays || favourite.compareAndSet(now, all[found])) {
            return found;
        }
        ShareMember chosenMeanwhile = favourite.get();
        int instead = chosenMeanwhile == null ? -1 : indexOf(all, chosenMeanwhile);
        return instead < 0 ? found : instead;
    }

    @SuppressWarnings("ReferenceEquality") // this very session
    private int indexOf(ShareMember[] all, ShareMember member) {
        int last = favouriteAt;
        if (last < all.length && all[last].session() == member.session()) {
            return last;
        }
        for (int i = 0; i < all.length; i++) {
            if (all[i].session() == member.session()) {
                favouriteAt = i;
                return i;
            }
        }
        return -1;
    }

    @SuppressWarnings("ReferenceEquality") // the same member again
    private int least(ShareMember[] all, int qos, Loop loop) {
        int start = turn(loop, all.length);
        int best = -1;
        int least = Integer.MAX_VALUE;
        int compared = 0;
        for (int i = 0; i < all.length && compared < MOST_COMPARED; i++) {
            int at = start + i < all.length ? start + i : start + i - all.length;
            boolean again = i > 0 && all[at] == all[at == 0 ? all.length - 1 : at - 1];
            ShareLoad.Fit fit = all[at].fit(qos);
            if (again || fit == ShareLoad.Fit.NOT) {
                continue;
            }
            compared++;
            int unacknowledged = all[at].load().unacknowledged() / Math.max(1, all[at].weight());
            if (unacknowledged < least) {
                least = unacknowledged;
                best = at;
            }
        }
        turns[loop.index() * PADDING] = best + 1;
        return best;
    }
}
