package io.robustmq.eventlog;

import io.robustmq.telemetry.pipeline.EventKeys;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of events: {@code connection.closed}, {@code connection.*}, {@code *.refused}. A star
 * stands for any letters, also for none.
 */
final class EventGlob {
    private static final Pattern SYNTAX = Pattern.compile("[a-z0-9_.*]{1,128}");

    private final String text;
    private final @Nullable Pattern pattern;

    private EventGlob(String text) {
        this.text = text;
        this.pattern =
                text.indexOf('*') < 0
                        ? null
                        : Pattern.compile(text.replace(".", "\\.").replace("*", ".*"));
    }

    /** Null if no event can be so named. */
    static @Nullable EventGlob of(String text) {
        return SYNTAX.matcher(text).matches() ? new EventGlob(text) : null;
    }

    boolean matches(String event) {
        return pattern == null ? text.equals(event) : pattern.matcher(event).matches();
    }

    /** What all it matches are found by; null if there is no such key. */
    @Nullable Integer key() {
        int dot = text.indexOf('.');
        if (pattern == null) {
            return EventKeys.of(EventKeys.Kind.EVENT, text);
        }
        boolean wholeCategory = dot > 0 && dot == text.length() - 2 && text.indexOf('*') > dot;
        return wholeCategory ? EventKeys.of(EventKeys.Kind.CATEGORY, text.substring(0, dot)) : null;
    }

    @Override
    public String toString() {
        return text;
    }
}
