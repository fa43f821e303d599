/**
 * What the nodes must agree on, behind {@link Placement}. The one place that knows Hazelcast.
 *
 * <pre>
 *   register(node) → ClusterPlacement → RaftThread ─ RaftMember ─ Hazelcast's RaftNodeImpl
 *                                                        │                │ what it must not forget
 *                        StateMachine ←─ what is agreed ─┘                ↓
 *   watch(revision) ← PlacementHistory, PlacementState                RaftLog → Records: a shard
 * </pre>
 *
 * Hazelcast's Raft runs without a Hazelcast instance: {@link Consensus} is the world that it sees.
 * There is one thread, and with it no chance in the order of things but what comes from outside; so
 * the same code runs in a simulation. Many changes share a sync: they are appended one after the
 * other as they wait, and then Raft wants them on disk.
 *
 * <pre>
 *   other members ─ PlacementNetwork ─→ RaftMember.receive ─ RaftMessages ─→ Arrivals ─→ Raft
 *   Raft ─→ Consensus ─→ Mail ─ RaftMessages ─→ PlacementNetwork
 *   no log yet: Forming asks the others (Message.Hello), and is a founder or waits to be let in
 *   Wishes: what was asked here; the leader is told (Message.Forward), and again until it is agreed
 *   MemberChanges ─→ commands ─→ the state's members ←─ Membership has Raft's group follow
 *
 *   a member behind the log's start: SnapshotSending ─ offer, pieces ─→ SnapshotReceiving
 *                                          ↑ Raft's InstallSnapshot        │ on disk, and whole
 *                                        the leader                     Arrivals ─→ Raft
 * </pre>
 *
 * A node that is no member has the same interface: what it asks for comes in through {@link
 * io.robustmq.placement.ClusterPlacement#once}, what it knows goes out through {@link
 * io.robustmq.placement.ClusterPlacement#follow} and feeds its {@link
 * io.robustmq.placement.PlacementCopy}. The messages between are core/server's.
 */
@NullMarked
package io.robustmq.placement;

import org.jspecify.annotations.NullMarked;
