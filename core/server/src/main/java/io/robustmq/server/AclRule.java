package io.robustmq.server;

import io.robustmq.broker.Authorizer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of an ACL file that allows or denies.
 *
 * @param text the filter as written
 * @param filter it taken apart; of a pattern with %c or %u in it, null: it is another for each
 *     client
 * @param line in the file, which orders them
 * @param source file and line
 */
record AclRule(Kind kind, String text, @Nullable AclFilter filter, int line, String source) {
    enum Kind {
        READ,
        WRITE,
        READWRITE,
        DENY;

        /** Null if there is none of that name. */
        static @Nullable Kind named(String word) {
            for (Kind kind : values()) {
                if (kind.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return kind;
                }
            }
            return null;
        }
    }

    static final String CLIENT_ID = "%c";
    static final String USER_NAME = "%u";

    static boolean isVariable(String text) {
        return text.contains(CLIENT_ID) || text.contains(USER_NAME);
    }

    boolean allowsReading() {
        return kind == Kind.READ || kind == Kind.READWRITE;
    }

    boolean allowsWriting() {
        return kind == Kind.WRITE || kind == Kind.READWRITE;
    }

    /** What it says for that client; null if it says nothing for it. */
    @Nullable AclFilter filterFor(Authorizer.Client client) {
        if (filter != null) {
            return filter;
        }
        String user = client.identity().userName();
        if (text.contains(USER_NAME) && user.isEmpty()) {
            return null;
        }
        boolean safe =
                (!text.contains(USER_NAME) || isOneLevel(user))
                        && (!text.contains(CLIENT_ID) || isOneLevel(client.clientId()));
        if (safe) {
            return AclFilter.of(
                    text.replace(USER_NAME, user).replace(CLIENT_ID, client.clientId()));
        }
        // a name with a wildcard or a slash in it, or $ in front, would reach into the topics of
        // others: it is allowed nothing, and denied what any name is
        return kind == Kind.DENY ? AclFilter.of(withAnyName()) : null;
    }

    private static boolean isOneLevel(String name) {
        return !name.startsWith("$")
                && name.indexOf('+') < 0
                && name.indexOf('#') < 0
                && name.indexOf('/') < 0
                && !name.contains(CLIENT_ID); // or else it would be replaced once more
    }

    private String withAnyName() {
        String[] levels = text.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            levels[i] = isVariable(levels[i]) ? "+" : levels[i];
        }
        return String.join("/", levels);
    }
}
