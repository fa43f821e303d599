package io.robustmq.server;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * What answers requests for one path.
 *
 * @param methods without HEAD, which comes with GET
 */
record HttpRoute(String path, Set<String> methods, Answer answer) {
    /** Below it only who has the {@link AdminToken} is answered. */
    static final String FOR_ADMINS = "/api/";

    /** Answers one request, and closes the exchange. */
    interface Answer {
        /**
         * @param watch ends this thread's work when the client reads too slowly
         */
        void to(HttpExchange exchange, HttpWatch watch) throws IOException;
    }

    static HttpRoute get(String path, Answer answer) {
        return new HttpRoute(path, Set.of("GET"), answer);
    }

    /** All whose path begins with this one, which ends with a slash. */
    static HttpRoute below(String path, Answer answer) {
        return get(path, answer);
    }

    /** Whether it answers what is below its path too. */
    boolean isForBelow() {
        return path.length() > 1 && path.endsWith("/");
    }

    boolean takes(String method) {
        return methods.contains(method) || method.equals("HEAD") && methods.contains("GET");
    }

    /** As the header Allow has them. */
    String allowed() {
        TreeSet<String> all = new TreeSet<>(methods);
        if (all.contains("GET")) {
            all.add("HEAD");
        }
        return String.join(", ", all);
    }

    boolean isForAdmins() {
        return path.startsWith(FOR_ADMINS);
    }
}
