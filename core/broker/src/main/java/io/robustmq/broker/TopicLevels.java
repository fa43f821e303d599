package io.robustmq.broker;

/** Topics and filters, taken apart at their slashes. */
final class TopicLevels {
    /**
     * Most levels of a filter that is subscribed to and of a topic that is retained, whatever is
     * configured: the trees of both have a node per level. Topics that are only published may be
     * allowed more.
     */
    static final int MAX = 128;

    private TopicLevels() {}

    static int count(String topic) {
        int levels = 1;
        for (int i = topic.indexOf('/'); i >= 0; i = topic.indexOf('/', i + 1)) {
            levels++;
        }
        return levels;
    }

    /** Empty levels count: {@code "/a"} has two. */
    static String[] split(String topic) {
        String[] levels = new String[count(topic)];
        int from = 0;
        for (int i = 0; i < levels.length - 1; i++) {
            int slash = topic.indexOf('/', from);
            levels[i] = topic.substring(from, slash);
            from = slash + 1;
        }
        levels[levels.length - 1] = topic.substring(from);
        return levels;
    }

    /** The broker's own topics; clients may not publish there. */
    static boolean isBrokersOwn(String topic) {
        return topic.startsWith("$SYS") && (topic.length() == 4 || topic.charAt(4) == '/');
    }

    static boolean isShared(String filter) {
        return filter.startsWith(FilterForm.SHARE);
    }
}
