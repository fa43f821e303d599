package io.robustmq.broker;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.robustmq.protocol.Topics;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One rule by which topics are rewritten, as in {@code publish x/# ^x/y/(.+)$ z/y/$1}.
 *
 * @param filter topics, or filters, that it may be for
 * @param pattern what is to be found in them; takes time in proportion to the topic's length,
 *     whatever an operator wrote and a client sends
 * @param destination the whole new topic, with {@code $1} to {@code $9}, {@code %c} and {@code %u}
 */
public record RewriteRule(Action action, String filter, Pattern pattern, String destination) {
    private static final int MAX_PATTERN = 256;
    private static final int MAX_DESTINATION = 1024;

    /** Which packets it is for. */
    public enum Action {
        PUBLISH,
        SUBSCRIBE,
        ALL
    }

    /**
     * @throws IllegalArgumentException what is wrong, for people
     */
    public static RewriteRule parse(String text) {
        String[] parts = text.strip().split("\\s+");
        if (parts.length != 4) {
            throw new IllegalArgumentException(
                    "has " + parts.length + " parts, not action, filter, pattern and destination");
        }
        if (!Topics.isValidFilter(parts[1])) {
            throw new IllegalArgumentException(parts[1] + " is no topic filter");
        }
        if (parts[2].length() > MAX_PATTERN) {
            throw new IllegalArgumentException(
                    "a pattern has at most "
                            + MAX_PATTERN
                            + " characters, not "
                            + parts[2].length());
        }
        if (parts[3].length() > MAX_DESTINATION) {
            throw new IllegalArgumentException(
                    "a destination has at most "
                            + MAX_DESTINATION
                            + " characters, not "
                            + parts[3].length());
        }
        Pattern pattern;
        try {
            pattern = Pattern.compile(parts[2]);
        } catch (PatternSyntaxException wrong) {
            throw new IllegalArgumentException(
                    parts[2] + " is no pattern: " + wrong.getMessage(), wrong);
        }
        for (int at = parts[3].indexOf('$'); at >= 0; at = parts[3].indexOf('$', at + 1)) {
            int group = group(parts[3], at);
            if (group > pattern.groupCount()) {
                throw new IllegalArgumentException(
                        "$" + group + " where the pattern has " + pattern.groupCount() + " groups");
            }
        }
        return new RewriteRule(action(parts[0]), parts[1], pattern, parts[3]);
    }

    private static Action action(String text) {
        for (Action each : Action.values()) {
            if (each.name().toLowerCase(Locale.ROOT).equals(text)) {
                return each;
            }
        }
        throw new IllegalArgumentException(text + " is not publish, subscribe or all");
    }

    /** Null if it is not for this topic, or this client has not what it needs. */
    @Nullable String rewritten(String topic, Connection connection) {
        if (!Topics.matches(filter, topic)) {
            return null;
        }
        Matcher matcher = pattern.matcher(topic);
        if (!matcher.find()) {
            return null;
        }
        String filled = Placeholders.fill(destination, connection);
        return filled == null ? null : withGroups(filled, matcher);
    }

    private static String withGroups(String template, Matcher matcher) {
        StringBuilder made = new StringBuilder(template.length() + 32);
        for (int i = 0; i < template.length(); i++) {
            int group = template.charAt(i) == '$' ? group(template, i) : 0;
            if (group > 0 && group <= matcher.groupCount()) {
                String found = matcher.group(group);
                made.append(found == null ? "" : found);
                i++;
            } else {
                made.append(template.charAt(i));
            }
        }
        return made.toString();
    }

    /** 0 if no digit of 1 to 9 follows. */
    private static int group(String template, int dollar) {
        boolean last = dollar + 1 == template.length();
        char digit = last ? ' ' : template.charAt(dollar + 1);
        return digit >= '1' && digit <= '9' ? digit - '0' : 0;
    }
}
