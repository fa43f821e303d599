package io.robustmq.placement;

/**
 * What a member of the group is like now, and counts since it was started.
 *
 * @param term of Raft; 0 while it does not run
 * @param knowsLeader whether it knows one, itself or another
 * @param leaderChanges how often it learned that another one leads
 * @param waitingChanges that were asked for here and are not agreed yet
 * @param expiredNodes removed for their silence while this member led
 * @param watches of nodes that keep a copy
 * @param members of the group
 * @param claims also of nodes that are gone, until they are taken out
 */
public record PlacementMeasures(
        int term,
        boolean leads,
        boolean knowsLeader,
        long leaderChanges,
        int waitingChanges,
        long expiredNodes,
        int watches,
        int members,
        int claims) {}
