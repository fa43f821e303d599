package io.robustmq.server;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Whole answers. */
final class HttpAnswers {
    private HttpAnswers() {}

    static void send(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        send(exchange, status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code {"error": line}}. */
    static void refuse(HttpExchange exchange, int status, String line) throws IOException {
        send(exchange, status, "application/json", "{\"error\":" + quoted(line) + "}\n");
    }

    static String quoted(String text) {
        return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }

    /** Of what comes from outside, and goes to a terminal. */
    static String printable(String text) {
        return text.chars().anyMatch(Character::isISOControl) ? quoted(text) : text;
    }

    static void send(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        try (exchange) {
            exchange.sendResponseHeaders(status, head ? -1 : body.length);
            if (!head) {
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        }
    }
}
