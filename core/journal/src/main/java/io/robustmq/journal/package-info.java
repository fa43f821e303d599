/**
 * Durable bytes. A shard is a chain of append-only segment files; {@link Journal} is the way in.
 *
 * <pre>
 *   any thread                        thread journal-&lt;shard&gt;                 disk
 *   append(payload) → AppendQueue  →  GroupCommit: one write, one sync   →  Segment files
 *                     bounded          then completes the futures            in a Chain
 *   open()  → Recovery: every record checked, a torn tail cut, anything else refused
 *   read()  → Scan over the files, up to the last acknowledged record
 * </pre>
 *
 * Everything that touches files goes through {@link Disk}; the tests put a disk there that tears,
 * fills up and loses what was not synced.
 */
@NullMarked
package io.robustmq.journal;

import org.jspecify.annotations.NullMarked;
