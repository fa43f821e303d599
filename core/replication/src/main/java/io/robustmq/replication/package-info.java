/**
 * Shards on several nodes. State machines without threads, sockets or clocks: each takes messages,
 * ticks and completions on one thread, and gives messages, metadata changes and disk work to the
 * ports that it was made with. So the same code runs in a node and in the simulation.
 *
 * <pre>
 *   who appends → Writer:  Opening raises the epoch, has Recovery seal what is open, begins a segment
 *                          Backlog (records without acknowledgement) → OpenSegment → Append …
 *                          Rolling seals and begins the next in one change        ↓
 *                                                                       Transport
 *                                                                                 ↓
 *   Replica: Replicas keep their promises in a ReplicaSegment each → ReplicaStorage (JournalStorage)
 *            Copying fetches what a sealed segment should have here
 *   Repair:  has sealed segments copied away from nodes that are dead or drained
 *   all of them → Metadata: ShardHead and Segment, by compare-and-set
 * </pre>
 *
 * Why it is so: docs/decisions/0027. What must be true, and is looked for by the simulation among
 * the tests: an acknowledged record is readable at its offset with the same bytes until retention
 * removes it; no offset is ever served with two contents; no two writers acknowledge at one offset.
 */
@NullMarked
package io.robustmq.replication;

import org.jspecify.annotations.NullMarked;
