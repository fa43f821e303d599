/**
 * What the nodes must agree on, behind {@link Placement}. The one place that knows Hazelcast.
 *
 * <pre>
 *   register(node) → Sequencer ── append ──→ journal shard "placement"     durable, ordered
 *                        └────── invoke ──→ ConsensusMember → PlacementService.apply
 *                                           (Hazelcast)       PlacementState, a fold over the log
 *   watch(revision) → Watch: the changes in PlacementHistory after it, or the whole state first
 * </pre>
 *
 * A change goes to the replicated state machine ({@link PlacementService}) as a Raft operation.
 * With one node there is nothing to agree with anybody, so Hazelcast runs such operations in its
 * unsafe mode: the same service, the same operations and the same invocation path, without a Raft
 * log. {@link Sequencer} stands in for that log: it makes the order, and makes it durable first.
 */
@NullMarked
package io.robustmq.placement;

import org.jspecify.annotations.NullMarked;
