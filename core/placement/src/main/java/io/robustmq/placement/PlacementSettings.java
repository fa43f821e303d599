package io.robustmq.placement;

import com.hazelcast.config.cp.RaftAlgorithmConfig;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * @param name the node's id, by which people know this member
 * @param address {@code host:port} where other members reach it; empty if it is alone
 * @param initial who forms the group, or is to be asked to be let in: itself and others
 * @param snapshotEvery changes after which the log is made short
 * @param patience how long a change or a question may wait for the group to agree
 * @param nodeTimeout a node that is not heard of for longer is removed; not by a group of one
 */
public record PlacementSettings(
        String name,
        String address,
        List<Contact> initial,
        int snapshotEvery,
        Duration patience,
        Duration nodeTimeout) {
    /** A member by the name that is agreed on, and where it is to be asked for its id. */
    public record Contact(String name, String address) {
        public Contact {
            Node.checkId(name);
        }
    }

    /** Most of what a group costs that has nothing to do. */
    static final int HEARTBEAT_MILLIS = 500;

    /** So many heartbeats of a node fit into the timeout. */
    private static final int BEATS = 5;

    private static final int ELECTION_MILLIS = 500;
    private static final int MISSED_HEARTBEATS = 3;
    private static final int SNAPSHOT_EVERY = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration NODE_TIMEOUT = Duration.ofSeconds(3);

    public PlacementSettings {
        Node.checkId(name);
        initial = List.copyOf(initial);
        Set<String> names = new HashSet<>();
        for (Contact each : initial) {
            if (!names.add(each.name)) {
                throw new IllegalArgumentException(
                        "the initial members have different names, was twice: " + each.name);
            }
        }
        if (!names.contains(name)) {
            throw new IllegalArgumentException(
                    "the initial members are " + names + ", without " + name + " itself");
        }
        if (snapshotEvery < 1) {
            throw new IllegalArgumentException(
                    "a snapshot is taken each 1 or more changes, was " + snapshotEvery);
        }
        if (!patience.isPositive()) {
            throw new IllegalArgumentException(
                    "the time for an agreement must be positive, was " + patience);
        }
    }

    public PlacementSettings(String name, String address, List<Contact> initial) {
        this(name, address, initial, SNAPSHOT_EVERY, PATIENCE, NODE_TIMEOUT);
    }

    /** A group of one that nobody else asks. */
    public static PlacementSettings alone(String name) {
        return new PlacementSettings(name, "", List.of(new Contact(name, "")));
    }

    PlacementSettings snapshotEvery(int changes) {
        return new PlacementSettings(name, address, initial, changes, patience, nodeTimeout);
    }

    /** Of a node. */
    Duration heartbeatPause() {
        return nodeTimeout.dividedBy(BEATS);
    }

    List<String> initialNames() {
        return initial.stream().map(Contact::name).sorted().toList();
    }

    boolean isAlone() {
        return initial.size() == 1;
    }

    /** Whether there may be nodes elsewhere, which may fall silent. */
    boolean isReached() {
        return !address.isEmpty();
    }

    RaftAlgorithmConfig raft() {
        // it is what Raft's room for the log is made of; who proposes has the real bound
        int uncommitted =
                RaftRun.MAX_UNCOMMITTED + (SnapshotSending.LONGEST_LOG - 1) * snapshotEvery;
        return new RaftAlgorithmConfig()
                .setLeaderElectionTimeoutInMillis(ELECTION_MILLIS)
                .setLeaderHeartbeatPeriodInMillis(HEARTBEAT_MILLIS)
                .setMaxMissedLeaderHeartbeatCount(MISSED_HEARTBEATS)
                .setUncommittedEntryCountToRejectNewAppends(uncommitted)
                .setCommitIndexAdvanceCountToSnapshot(snapshotEvery);
    }
}
