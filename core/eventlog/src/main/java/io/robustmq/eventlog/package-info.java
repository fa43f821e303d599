/**
 * Questions about the events that a node keeps in a journal's shard, one {@link
 * io.robustmq.telemetry.pipeline.StoredEvent} per record: which there are ({@link EventSearch}),
 * those that come ({@link EventFollower}), and how they are shown to people ({@link EventLines}).
 */
@NullMarked
package io.robustmq.eventlog;

import org.jspecify.annotations.NullMarked;
