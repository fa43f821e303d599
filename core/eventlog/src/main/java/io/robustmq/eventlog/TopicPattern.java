package io.robustmq.eventlog;

import io.robustmq.telemetry.pipeline.TopicFilters;

/**
 * A topic, or a filter with {@code +} and {@code #} as MQTT has them.
 *
 * @param wild whether there is a wildcard in it
 */
record TopicPattern(String text, boolean wild) {

    static TopicPattern of(String text) {
        return new TopicPattern(text, text.indexOf('+') >= 0 || text.indexOf('#') >= 0);
    }

    boolean isValid() {
        return TopicFilters.isFilter(text);
    }

    boolean matches(String topic) {
        return wild ? TopicFilters.matches(text, topic) : text.equals(topic);
    }
}
