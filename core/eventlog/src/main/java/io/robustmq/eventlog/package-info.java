/**
 * The node's events on disk: the sinks take them from there, and questions are answered from there.
 */
@NullMarked
package io.robustmq.eventlog;

import org.jspecify.annotations.NullMarked;
