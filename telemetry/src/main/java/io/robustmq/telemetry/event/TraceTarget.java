package io.robustmq.telemetry.event;

/** What can be traced on demand. */
public enum TraceTarget {
    CLIENT,
    TOPIC,
    ADDRESS
}
