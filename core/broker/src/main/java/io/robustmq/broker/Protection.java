package io.robustmq.broker;

import java.time.Duration;

/** What one client, or many together, may do to the broker; every limit holds for everybody. */
public record Protection(
        Topics topics, Rate rate, Arrivals arrivals, Properties properties, Flapping flapping) {

    /**
     * @param maxLevels of a topic that is published to, and of a filter
     * @param maxBytes of the same
     * @param maxSubscriptions of one session; more are refused with 0x97
     */
    public record Topics(int maxLevels, int maxBytes, int maxSubscriptions) {}

    /**
     * What one client may send.
     *
     * @param packetsPerSecond 0 is no limit
     * @param bytesPerSecond 0 is no limit
     */
    public record Rate(int packetsPerSecond, long bytesPerSecond, WhenOver whenOver) {
        boolean isLimited() {
            return packetsPerSecond > 0 || bytesPerSecond > 0;
        }
    }

    /** What is done with a client that sends too much. */
    public enum WhenOver {
        /** It is not read for a while. */
        WAIT,
        /** DISCONNECT 0x96. */
        DISCONNECT
    }

    /**
     * Connections that are opened.
     *
     * @param connectsPerSecond 0 is no limit
     * @param connectWait how long one over the limit may have to wait; zero to refuse it at once
     * @param perAddress open at once, 0 is no limit; an IPv6 network of 64 bits counts as one
     * @param maxHalfOpen without their whole CONNECT; then the oldest is closed
     */
    public record Arrivals(
            int connectsPerSecond, Duration connectWait, int perAddress, int maxHalfOpen) {}

    /** User properties of one packet. */
    public record Properties(int maxUserProperties, int maxUserPropertyBytes) {}

    /**
     * Who connects too often.
     *
     * @param maxConnects of one client identifier, or address, within the window
     * @param byAddress whether addresses are counted, too
     */
    public record Flapping(
            boolean enabled,
            int maxConnects,
            Duration window,
            Duration banTime,
            boolean byAddress) {}

    public static Protection defaults() {
        return new Protection(
                new Topics(TopicLevels.MAX, 65_535, 100_000),
                new Rate(0, 0, WhenOver.WAIT),
                new Arrivals(0, Duration.ofSeconds(5), 0, 10_000),
                new Properties(256, 64 << 10),
                new Flapping(false, 15, Duration.ofMinutes(1), Duration.ofMinutes(5), false));
    }

    Protection with(Topics other) {
        return new Protection(other, rate, arrivals, properties, flapping);
    }

    Protection with(Rate other) {
        return new Protection(topics, other, arrivals, properties, flapping);
    }

    Protection with(Arrivals other) {
        return new Protection(topics, rate, other, properties, flapping);
    }

    Protection with(Properties other) {
        return new Protection(topics, rate, arrivals, other, flapping);
    }

    Protection with(Flapping other) {
        return new Protection(topics, rate, arrivals, properties, other);
    }
}
