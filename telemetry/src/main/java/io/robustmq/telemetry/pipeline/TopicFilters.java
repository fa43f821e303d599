package io.robustmq.telemetry.pipeline;

/** Topic filters as MQTT 5, 4.7 has them. Allocates nothing where topics are matched. */
public final class TopicFilters {
    private TopicFilters() {}

    /** A wildcard fills a level, and {@code #} is the last (MQTT 5, 4.7.1). */
    public static boolean isFilter(String text) {
        String[] levels = text.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            boolean wild = level.indexOf('+') >= 0 || level.indexOf('#') >= 0;
            if (wild && level.length() > 1 || level.equals("#") && i < levels.length - 1) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /**
     * Whether the topic is one of the filter's. Wildcards at the beginning do not stand for what
     * begins with $.
     *
     * @param filter of {@link #isFilter}
     */
    public static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && filter.charAt(0) != '$') {
            return false;
        }
        int filterAt = 0;
        int topicAt = 0;
        while (true) {
            int filterEnd = levelEnd(filter, filterAt);
            if (isLevel(filter, filterAt, filterEnd, '#')) {
                return true;
            }
            if (topicAt > topic.length()) {
                return false; // the filter has more levels
            }
            int topicEnd = levelEnd(topic, topicAt);
            int length = filterEnd - filterAt;
            boolean same =
                    length == topicEnd - topicAt
                            && filter.regionMatches(filterAt, topic, topicAt, length);
            if (!same && !isLevel(filter, filterAt, filterEnd, '+')) {
                return false;
            }
            filterAt = filterEnd + 1;
            topicAt = topicEnd + 1;
            if (filterAt > filter.length()) {
                return topicAt > topic.length();
            }
        }
    }

    private static boolean isLevel(String text, int from, int end, char wildcard) {
        return end - from == 1 && text.charAt(from) == wildcard;
    }

    private static int levelEnd(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }
}
