/**
 * Durable bytes. A {@link Journal} keeps shards in one or more directories; a {@link Shard} is a
 * chain of append-only segment files.
 *
 * <pre>
 *   any thread                     one thread per directory                      disk
 *   Shard.append → AppendQueue  →  Writer: for each shard ShardLog writes     →  SegmentFile,
 *                  bounded         a Group, syncs, tells; scrolls                the last of a Chain
 *                                  Retaining deletes, Mending mends
 *   Journal.shard → Recovery: SegmentCheck of the last segment, IndexFile of the others
 *   Shard.read    → Reading: Scan from where a SegmentIndex says, up to the last acknowledged
 * </pre>
 *
 * What is on disk is drawn at {@link SegmentHeader}, {@link Frame}, {@link IndexFile} and {@link
 * Snapshots}. The order in which it gets there:
 *
 * <ul>
 *   <li>a segment: header, sync, sync of the directory; then records; then the next segment in the
 *       same way; then the seal, sync; then the index. So a seal proves that there was a next one,
 *       and all records before it are synced;
 *   <li>a snapshot: under another name, sync, rename, sync of the directory;
 *   <li>a deletion: the oldest segment, sync of the directory; then its index, then the next
 *       segment. So a crash leaves a later beginning and no hole;
 *   <li>mending: the file is cut and synced before the next segment is there. So no frame that was
 *       told as failed can be taken for a record afterwards.
 * </ul>
 *
 * Everything that touches files goes through {@link Disk}; the tests put a disk there that tears,
 * reorders, fills up, misreads and loses what was not synced.
 */
@NullMarked
package io.robustmq.journal;

import org.jspecify.annotations.NullMarked;
