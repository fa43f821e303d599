package io.robustmq.placement;

import com.hazelcast.config.cp.RaftAlgorithmConfig;

/**
 * @param name the node's id, by which people know this member
 * @param snapshotEvery changes after which the log is made short
 */
public record PlacementSettings(String name, int snapshotEvery) {
    private static final int ELECTION_MILLIS = 500;
    private static final int HEARTBEAT_MILLIS = 250;
    private static final int MISSED_HEARTBEATS = 4;

    public PlacementSettings {
        Node.checkId(name);
        if (snapshotEvery < 1) {
            throw new IllegalArgumentException(
                    "a snapshot is taken each 1 or more changes, was " + snapshotEvery);
        }
    }

    public static PlacementSettings alone(String name) {
        return new PlacementSettings(
                name, RaftAlgorithmConfig.DEFAULT_COMMIT_INDEX_ADVANCE_COUNT_TO_SNAPSHOT);
    }

    RaftAlgorithmConfig raft() {
        return new RaftAlgorithmConfig()
                .setLeaderElectionTimeoutInMillis(ELECTION_MILLIS)
                .setLeaderHeartbeatPeriodInMillis(HEARTBEAT_MILLIS)
                .setMaxMissedLeaderHeartbeatCount(MISSED_HEARTBEATS)
                .setUncommittedEntryCountToRejectNewAppends(2 * RaftMember.MAX_WAITING)
                .setCommitIndexAdvanceCountToSnapshot(snapshotEvery);
    }
}
