package io.robustmq.broker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What the sessions of this home want of others: each filter once, with the highest QoS that one of
 * them asked for. Each change has a version, one more than the one before; the last {@link
 * #MOST_CHANGES} are known, so that a peer that was away for a moment is told only those. Any
 * thread; one lock, held for one change or one batch.
 *
 * <pre>
 *   changes    floor ...................... version
 *              | forgotten  | one filter each, with what is wanted now |
 * </pre>
 */
final class Wants {
    private static final int FIRST_CHANGES = 1024;
    private static final int MOST_CHANGES = 1 << 18;

    /** Identifiers of groups have so many values. */
    private static final int GROUPS = 1 << 27;

    /** Of one filter. */
    private static final class Want {
        private final String filter;
        private final int[] byQos = new int[3];
        private int qos = -1;
        private int present;
        private int identifier = Cluster.ORDINARY;
        private long version;

        Want(String filter) {
            this.filter = filter;
        }
    }

    /**
     * What is wanted now.
     *
     * @param qos -1 if it is wanted no more
     * @param identifier of the group, or that of all who are in none
     * @param present members of the group whose clients are there
     */
    record Wanted(String filter, int qos, int identifier, int present) {
        boolean isGroup() {
            return identifier != Cluster.ORDINARY;
        }
    }

    /**
     * @param to the version after them
     */
    record Batch(List<Wanted> filters, long to) {}

    /**
     * All filters of one version.
     *
     * @param hash the same in any order
     */
    record Digest(long version, int count, long hash) {}

    private final long incarnation;
    private final Map<String, Want> wants = new HashMap<>();
    private final List<Runnable> told = new CopyOnWriteArrayList<>();

    /** Filters of groups by their identifiers; read without the lock. */
    private final Map<Integer, String> groups = new ConcurrentHashMap<>();

    private Want[] changes = new Want[FIRST_CHANGES];
    private long floor;
    private int count;
    private long hash;
    private volatile long version;

    /**
     * @param incarnation of the numbers: versions of another one say nothing
     */
    Wants(long incarnation) {
        this.incarnation = incarnation;
    }

    long incarnation() {
        return incarnation;
    }

    long version() {
        return version;
    }

    /** Whether what changed after that version is known. */
    synchronized boolean knows(long since) {
        return since >= floor && since <= version;
    }

    /** Has {@code changed} run, on any thread, after each change. */
    void onChange(Runnable changed) {
        told.add(changed);
    }

    void forget(Runnable changed) {
        told.remove(changed);
    }

    /**
     * One session's subscription has changed.
     *
     * @param before its QoS, -1 if there was none
     * @param after its QoS, -1 if there is none
     */
    void change(String filter, int before, int after) {
        if (before == after || filter.startsWith("$SYS/")) {
            return;
        }
        boolean changed;
        synchronized (this) {
            Want want = wants.computeIfAbsent(filter, Want::new);
            if (before >= 0) {
                want.byQos[before]--;
            }
            if (after >= 0) {
                want.byQos[after]++;
            }
            int qos = want.byQos[2] > 0 ? 2 : want.byQos[1] > 0 ? 1 : want.byQos[0] > 0 ? 0 : -1;
            changed = qos != want.qos;
            if (changed) {
                count(want, qos);
                changed(want);
            }
        }
        tell(changed);
    }

    /**
     * Who of this home is in a group.
     *
     * @param filter as clients wrote it
     * @param qos the highest of the members, -1 if there are none
     */
    void group(String filter, int qos, int present) {
        boolean changed;
        synchronized (this) {
            if (qos < 0 && !wants.containsKey(filter)) {
                return; // all its members are other homes'
            }
            Want want = wants.computeIfAbsent(filter, Want::new);
            changed = qos != want.qos || present != want.present;
            if (changed) {
                if (want.qos < 0) {
                    want.identifier = identifier(filter);
                } else if (qos < 0) {
                    groups.remove(want.identifier);
                }
                want.present = present;
                count(want, qos);
                changed(want);
            }
        }
        tell(changed);
    }

    /**
     * The same for a group after a restart, unless it shares its hash with another: then it may be
     * the next one.
     */
    private int identifier(String filter) {
        int at = Math.floorMod(filter.hashCode() * 0x9E3779B9, GROUPS);
        while (groups.putIfAbsent(Cluster.FIRST_GROUP + at, filter) != null) {
            at = (at + 1) % GROUPS;
        }
        return Cluster.FIRST_GROUP + at;
    }

    /** The filter of the group; null if nobody is in it. */
    @Nullable String group(int identifier) {
        return groups.get(identifier);
    }

    private void count(Want want, int qos) {
        if (want.qos >= 0) {
            count--;
            hash -= hash(want.filter, want.qos);
        }
        if (qos >= 0) {
            count++;
            hash += hash(want.filter, qos);
        }
        want.qos = qos;
    }

    private void changed(Want want) {
        long now = version + 1;
        if (now - floor > changes.length) {
            makeRoom();
        }
        want.version = now;
        changes[at(now)] = want;
        version = now;
    }

    private void makeRoom() {
        Want[] old = changes;
        if (old.length < MOST_CHANGES) {
            changes = new Want[2 * old.length];
            for (long each = floor + 1; each <= version; each++) {
                changes[at(each)] = old[(int) each & old.length - 1];
            }
            return;
        }
        floor++;
        Want oldest = changes[at(floor)];
        if (oldest.version == floor && oldest.qos < 0) {
            wants.remove(oldest.filter);
        }
    }

    private int at(long change) {
        return (int) change & changes.length - 1;
    }

    private void tell(boolean changed) {
        if (changed) {
            told.forEach(Runnable::run);
        }
    }

    /**
     * What has changed after a version, as it is now; null if that is not known.
     *
     * @param most filters
     */
    synchronized @Nullable Batch since(long from, int most) {
        if (!knows(from)) {
            return null;
        }
        List<Wanted> filters = new ArrayList<>();
        long to = from;
        while (to < version && filters.size() < most) {
            to++;
            Want want = changes[at(to)];
            if (want.version == to) {
                filters.add(wanted(want));
            }
        }
        return new Batch(filters, to);
    }

    /** All that is wanted. */
    synchronized Batch all() {
        List<Wanted> filters = new ArrayList<>(count);
        for (Want want : wants.values()) {
            if (want.qos >= 0) {
                filters.add(wanted(want));
            }
        }
        return new Batch(filters, version);
    }

    private static Wanted wanted(Want want) {
        return new Wanted(want.filter, want.qos, want.identifier, want.present);
    }

    synchronized Digest digest() {
        return new Digest(version, count, hash);
    }

    /** To be added up. */
    static long hash(String filter, int qos) {
        long mixed = (filter.hashCode() * 31L + filter.length()) * 4 + qos;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
