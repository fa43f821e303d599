package io.robustmq.server;

import io.robustmq.broker.AddressRange;
import io.robustmq.broker.Authorizer;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules of an ACL file for the clients of which all conditions are true.
 *
 * @param conditions none for all clients
 */
record AclSection(List<Condition> conditions, List<AclRule> rules) {
    /** What a client must be. */
    sealed interface Condition {
        boolean holds(Authorizer.Client client);
    }

    record Anonymous() implements Condition {
        @Override
        public boolean holds(Authorizer.Client client) {
            return client.identity().userName().isEmpty();
        }
    }

    record User(String name) implements Condition {
        @Override
        public boolean holds(Authorizer.Client client) {
            return name.equals(client.identity().userName());
        }
    }

    /**
     * @param pattern in which {@code *} stands for any characters, also none
     */
    record ClientId(String pattern) implements Condition {
        @Override
        public boolean holds(Authorizer.Client client) {
            return matches(pattern, client.clientId());
        }

        /** Takes no longer than both lengths multiplied, whatever the client calls itself. */
        static boolean matches(String pattern, String text) {
            int at = 0;
            int in = 0;
            int star = -1;
            int again = 0;
            while (at < text.length()) {
                if (in < pattern.length() && pattern.charAt(in) == '*') {
                    star = in++;
                    again = at;
                } else if (in < pattern.length() && pattern.charAt(in) == text.charAt(at)) {
                    in++;
                    at++;
                } else if (star >= 0) {
                    in = star + 1;
                    at = ++again;
                } else {
                    return false;
                }
            }
            while (in < pattern.length() && pattern.charAt(in) == '*') {
                in++;
            }
            return in == pattern.length();
        }
    }

    record Address(AddressRange range) implements Condition {
        @Override
        public boolean holds(Authorizer.Client client) {
            InetAddress address = client.origin().inetAddress();
            return address != null && range.has(address);
        }
    }

    record ListenerName(String name) implements Condition {
        @Override
        public boolean holds(Authorizer.Client client) {
            return name.equals(client.origin().listener());
        }
    }

    boolean isFor(Authorizer.Client client) {
        for (Condition each : conditions) {
            if (!each.holds(client)) {
                return false;
            }
        }
        return true;
    }

    /** The one user that it can be for; null if it is not about users. */
    @Nullable String userName() {
        for (Condition each : conditions) {
            if (each instanceof User(String name)) {
                return name;
            }
        }
        return null;
    }
}
