package io.robustmq.broker;

import org.jspecify.annotations.Nullable;

/**
 * {@code %c}, {@code %u} and {@code %a} in an operator's topics: the client's identifier, user name
 * and address.
 *
 * <p>A name with a slash or a wildcard does not fit: or else a client could choose a name that
 * leads to another's topics.
 */
final class Placeholders {
    private Placeholders() {}

    /** Null if the client has no such name, or one that does not fit. */
    static @Nullable String fill(String template, Connection connection) {
        StringBuilder filled = new StringBuilder(template.length() + 32);
        for (int i = 0; i < template.length(); i++) {
            boolean begins = template.charAt(i) == '%' && i + 1 < template.length();
            String value = begins ? value(template.charAt(i + 1), connection) : null;
            if (value == null) {
                filled.append(template.charAt(i));
            } else if (fits(value)) {
                filled.append(value);
                i++;
            } else {
                return null;
            }
        }
        return filled.toString();
    }

    /** Null if the letter stands for nothing. */
    private static @Nullable String value(char letter, Connection connection) {
        return switch (letter) {
            case 'c' -> connection.peer().clientId();
            case 'u' -> connection.access().userName();
            case 'a' -> Addresses.host(connection.origin().remoteAddress());
            default -> null;
        };
    }

    private static boolean fits(String value) {
        boolean fits = !value.isEmpty();
        for (int i = 0; i < value.length() && fits; i++) {
            char c = value.charAt(i);
            fits = c != '/' && c != '+' && c != '#' && c != '\0';
        }
        return fits;
    }
}
