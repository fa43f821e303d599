package io.robustmq.broker;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whose class is which: that of clients that all of it fits. As text {@code client=sensor-*
 * user=plant listener=tls class=sensors}, of which only the class must be there. A value that ends
 * in {@code *} fits what begins so.
 *
 * @param client null fits all, as the others
 * @param user whom the client was taken for
 * @param listener the name of the listener that it came through
 */
public record ClientClassRule(
        @Nullable String client,
        @Nullable String user,
        @Nullable String listener,
        String clientClass) {
    /** How it is written, for people. */
    public static final String FORM =
            "client=ID or ID* user=NAME or NAME* listener=NAME class=CLASS, of which only class must be there, with a space between; CLASS is 1 to 32 of a-z, 0-9, - and _, but not other or overflow";

    /** Their places in metrics are taken. */
    private static final Set<String> TAKEN = Set.of(ClientClasses.OTHER, "overflow");

    private static final Set<String> KEYS = Set.of("client", "user", "listener", "class");
    private static final Pattern CLASS = Pattern.compile("[a-z0-9_-]{1,32}");

    /** Null if it is not written so. */
    public static @Nullable ClientClassRule read(String text) {
        Map<String, String> parts = new HashMap<>();
        for (String part : text.strip().split(" +")) {
            String[] pair = part.split("=", 2);
            boolean isWrong =
                    pair.length < 2
                            || pair[1].isEmpty()
                            || !KEYS.contains(pair[0])
                            || parts.put(pair[0], pair[1]) != null;
            if (isWrong) {
                return null;
            }
        }
        String name = parts.getOrDefault("class", "");
        return CLASS.matcher(name).matches() && !TAKEN.contains(name)
                ? new ClientClassRule(
                        parts.get("client"), parts.get("user"), parts.get("listener"), name)
                : null;
    }

    boolean fits(String clientId, String userName, String listenerName) {
        return fits(client, clientId) && fits(user, userName) && fits(listener, listenerName);
    }

    private static boolean fits(@Nullable String pattern, String value) {
        if (pattern == null) {
            return true;
        }
        int last = pattern.length() - 1;
        return pattern.charAt(last) == '*'
                ? value.regionMatches(0, pattern, 0, last)
                : pattern.equals(value);
    }
}
