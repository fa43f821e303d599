package io.robustmq.telemetry.event;

/** How often it can happen, and so how it is thinned out. */
public enum Volume {
    /** A few per start of a process or role. Never thinned out. */
    LIFECYCLE,
    /** Once or twice per connection, session or subscription; throttled by (type, key). */
    CONNECTION,
    /** Per MQTT message: sampled at the source, see {@code events.messages-per-second}. */
    MESSAGE,
    /** Something went wrong; throttled by (type, key). */
    FAULT
}
