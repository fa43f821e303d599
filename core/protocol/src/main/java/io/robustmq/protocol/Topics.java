package io.robustmq.protocol;

/** What MQTT 5, 4.7 and 4.8.2 say about topic names and filters. */
public final class Topics {
    private Topics() {}

    private static final String SHARE = "$share/";
    private static final int MAX_BYTES = 65_535;

    /** A name to publish to: not empty, no wildcard, no U+0000, at most 65,535 bytes of UTF-8. */
    public static boolean isValidTopic(String topic) {
        return fits(topic) && topic.indexOf('#') < 0 && topic.indexOf('+') < 0;
    }

    /**
     * A filter to subscribe with: {@code +} alone in its level, {@code #} alone in the last one;
     * after {@code $share/} a group without wildcards, a slash and a filter.
     */
    public static boolean isValidFilter(String filter) {
        if (!fits(filter)) {
            return false;
        }
        if (!filter.startsWith(SHARE)) {
            return wildcardsStandAlone(filter, 0);
        }
        int slash = filter.indexOf('/', SHARE.length());
        if (slash <= SHARE.length() || slash == filter.length() - 1) {
            return false;
        }
        for (int i = SHARE.length(); i < slash; i++) {
            if (filter.charAt(i) == '+' || filter.charAt(i) == '#') {
                return false;
            }
        }
        return wildcardsStandAlone(filter, slash + 1);
    }

    /** Whether it asks for a shared subscription, well-formed or not. */
    public static boolean isShared(String filter) {
        return filter.startsWith(SHARE);
    }

    /**
     * Whether a valid filter, not a shared one, matches a valid topic, level by level. The plainest
     * form of the rule, for tests to compare a faster one with.
     */
    public static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false;
        }
        String[] wanted = filter.split("/", -1);
        String[] levels = topic.split("/", -1);
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i].equals("#")) {
                return true;
            }
            if (i == levels.length || !(wanted[i].equals("+") || wanted[i].equals(levels[i]))) {
                return false;
            }
        }
        return wanted.length == levels.length;
    }

    private static boolean wildcardsStandAlone(String filter, int from) {
        for (int i = from; i < filter.length(); i++) {
            char c = filter.charAt(i);
            if (c != '+' && c != '#') {
                continue;
            }
            boolean startsLevel = i == from || filter.charAt(i - 1) == '/';
            boolean endsFilter = i == filter.length() - 1;
            boolean endsLevel = endsFilter || (c == '+' && filter.charAt(i + 1) == '/');
            if (!startsLevel || !endsLevel) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(String text) {
        if (text.isEmpty() || text.indexOf('\0') >= 0 || text.length() > MAX_BYTES) {
            return false;
        }
        // a char is at most three bytes
        return text.length() <= MAX_BYTES / 3 || utf8Length(text) <= MAX_BYTES;
    }

    private static int utf8Length(String text) {
        return text.codePoints().map(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4).sum();
    }
}
