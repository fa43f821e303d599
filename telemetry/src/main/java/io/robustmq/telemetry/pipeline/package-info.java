/**
 * Carries events, spans and metrics out of the process.
 *
 * <pre>
 * emit → throttle → queue → dispatcher (number, encode once) ┬→ queue → console
 *        any thread         one thread                       ├→ queue → file
 *                                                            ├→ queue → otlp
 *                                                            └→ queue → fluent
 * spans, from any thread ───────────────────────────────────────→ queue → traces
 * </pre>
 *
 * Every queue is bounded, nothing in front of it waits, and what does not fit is counted: for each
 * sink emitted = shipped + waiting + dropped.
 */
@NullMarked
package io.robustmq.telemetry.pipeline;

import org.jspecify.annotations.NullMarked;
