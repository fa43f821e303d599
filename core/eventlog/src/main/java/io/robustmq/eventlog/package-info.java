/**
 * The node's events on disk ({@link EventShard}), one {@link
 * io.robustmq.telemetry.pipeline.StoredEvent} per record: the sinks take them from there, and
 * questions are answered from there: which there are ({@link EventSearch}), those that come ({@link
 * EventFollower}), and how they are shown to people ({@link EventLines}), and what became of a
 * client or a message ({@link Explainer}).
 */
@NullMarked
package io.robustmq.eventlog;

import org.jspecify.annotations.NullMarked;
