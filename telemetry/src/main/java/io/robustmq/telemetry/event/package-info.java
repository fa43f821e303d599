/**
 * What happened, as types. One sealed hierarchy of records, one file per category; the only way to
 * log in this system. JDK only.
 *
 * <p>Also the ports through which the data path reports what is too frequent for an event: {@link
 * Tracing} and {@link Latency}.
 */
@NullMarked
package io.robustmq.telemetry.event;

import org.jspecify.annotations.NullMarked;
