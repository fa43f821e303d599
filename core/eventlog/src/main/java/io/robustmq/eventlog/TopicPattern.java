package io.robustmq.eventlog;

/**
 * A topic, or a filter with {@code +} and {@code #} as MQTT has them.
 *
 * @param wild whether there is a wildcard in it
 */
record TopicPattern(String text, boolean wild) {

    static TopicPattern of(String text) {
        return new TopicPattern(text, text.indexOf('+') >= 0 || text.indexOf('#') >= 0);
    }

    /** A wildcard fills a level, and {@code #} is the last (MQTT 5, 4.7.1). */
    boolean isValid() {
        String[] levels = text.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            boolean hash = levels[i].indexOf('#') >= 0;
            boolean plus = levels[i].indexOf('+') >= 0;
            if ((hash || plus) && levels[i].length() > 1 || hash && i < levels.length - 1) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    boolean matches(String topic) {
        if (!wild) {
            return text.equals(topic);
        }
        if (topic.startsWith("$") && text.charAt(0) != '$') {
            return false;
        }
        String[] wanted = text.split("/", -1);
        String[] levels = topic.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) {
                return true;
            }
            if (i == levels.length) {
                return false;
            }
            if (!wanted[i].equals("+") && !wanted[i].equals(levels[i])) {
                return false;
            }
        }
        return wanted.length == levels.length;
    }
}
