package io.robustmq.placement;

import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.PlacementEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was seen from outside, and judged at once. */
final class SimulatedHistory {
    /** Which change made which revision, whoever says so. */
    private final Map<Long, Object> byRevision = new HashMap<>();

    private final Map<Long, Long> revisionOf = new HashMap<>();
    private final Map<Integer, String> leaders = new HashMap<>();
    private final Map<Long, Long> acknowledged = new HashMap<>();
    private final List<String> lines = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private long highest;
    private int snapshotsInstalled;
    private int snapshotsAbandoned;

    /** Of the last acknowledgement of all. */
    long highestAcknowledged() {
        return highest;
    }

    int acknowledgements() {
        return acknowledged.size();
    }

    int snapshotsInstalled() {
        return snapshotsInstalled;
    }

    int snapshotsAbandoned() {
        return snapshotsAbandoned;
    }

    void count(Event event) {
        if (event instanceof PlacementEvent.SnapshotInstalled) {
            snapshotsInstalled++;
        } else if (event instanceof PlacementEvent.SnapshotAbandoned) {
            snapshotsAbandoned++;
        }
    }

    void note(String line) {
        if (lines.size() < 200_000) {
            lines.add(line);
        }
    }

    List<String> lines() {
        return lines;
    }

    /** A member says that this is what made its state's revision. */
    void applied(String member, long revision, PlacementChange change) {
        Object before = byRevision.putIfAbsent(revision, change);
        if (before != null && !before.equals(change)) {
            throw new AssertionError(
                    member
                            + " has at revision "
                            + revision
                            + " the change "
                            + change
                            + ", and another member "
                            + before);
        }
        if (change instanceof PlacementChange.LevelSet(long _, LevelOrder order)) {
            long id = order.at().getEpochSecond();
            Long elsewhere = revisionOf.putIfAbsent(id, revision);
            if (elsewhere != null && elsewhere != revision) {
                throw new AssertionError(
                        "change " + id + " was made at " + elsewhere + " and at " + revision);
            }
        }
    }

    void acknowledged(long id, long revision, long highestWhenAsked) {
        Long made = revisionOf.get(id);
        if (made == null || made != revision) {
            throw new AssertionError(
                    "change " + id + " was acknowledged at " + revision + ", and made at " + made);
        }
        if (revision <= highestWhenAsked) {
            throw new AssertionError(
                    "change "
                            + id
                            + " is at "
                            + revision
                            + ", and one was acknowledged at "
                            + highestWhenAsked
                            + " before it was asked for");
        }
        acknowledged.put(id, revision);
        highest = Math.max(highest, revision);
    }

    /** A member found something that must not be; told when the step is over. */
    void failed(String what) {
        failures.add(what);
    }

    void check() {
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.getFirst());
        }
    }

    void leads(int term, String member) {
        String before = leaders.putIfAbsent(term, member);
        if (before != null && !before.equals(member)) {
            throw new AssertionError("in term " + term + " lead both " + before + " and " + member);
        }
    }

    /** The last word: what every member has. */
    void end(String member, long revision) {
        if (revision < highest) {
            throw new AssertionError(
                    member
                            + " ends at revision "
                            + revision
                            + ", and "
                            + highest
                            + " was acknowledged");
        }
    }
}
