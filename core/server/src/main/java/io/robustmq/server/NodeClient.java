package io.robustmq.server;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks a running node, as one who has its admin token. */
final class NodeClient implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** The node itself gives up after 30 s. */
    private static final Duration ANSWER = Duration.ofSeconds(40);

    private final String url;
    private final @Nullable String token;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .build();

    /**
     * @param token null to see whether the node wants one
     */
    NodeClient(String url, @Nullable String token) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.token = token;
    }

    /** Any status but 200. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1L;
        private final int status;

        RefusedException(int status, String said) {
            super(said);
            this.status = status;
        }

        int status() {
            return status;
        }

        /** Whether it is no use to ask again. */
        boolean isFinal() {
            return status >= 400 && status < 500 && status != 429;
        }
    }

    String url() {
        return url;
    }

    HttpResponse<byte[]> get(String path, Map<String, List<String>> asked, String accept)
            throws IOException {
        HttpRequest request = request(path, asked, accept).timeout(ANSWER).build();
        HttpResponse<byte[]> answer = send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
            throw refused(answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
        }
        return answer;
    }

    /** The answer's text. */
    String ask(String method, String path, Map<String, List<String>> asked, String accept)
            throws IOException {
        HttpRequest request =
                request(path, asked, accept)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(ANSWER)
                        .build();
        HttpResponse<String> answer = send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw refused(answer.statusCode(), answer.body());
        }
        return answer.body();
    }

    /**
     * An answer that is read as it comes, line by line; the last line follows what ends it.
     *
     * @param headers further ones, name and value in turn
     */
    HttpResponse<Stream<String>> lines(
            String path, Map<String, List<String>> asked, String accept, String... headers)
            throws IOException {
        HttpRequest.Builder request = request(path, asked, accept);
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<Stream<String>> answer =
                send(request.build(), HttpResponse.BodyHandlers.ofLines());
        if (answer.statusCode() != 200) {
            throw refused(answer.statusCode(), answer.body().collect(Collectors.joining("\n")));
        }
        return answer;
    }

    private HttpRequest.Builder request(
            String path, Map<String, List<String>> asked, String accept) {
        String query =
                asked.entrySet().stream()
                        .flatMap(entry ->
                                entry.getValue().stream()
                                        .map(value ->
                                                entry.getKey()
                                                        + '='
                                                        + URLEncoder.encode(
                                                                value, StandardCharsets.UTF_8)))
                        .collect(Collectors.joining("&"));
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create(url + path + (query.isEmpty() ? "" : "?" + query)))
                        .header("Accept", accept);
        if (token != null) {
            request.header("Authorization", AdminToken.authorization(token));
        }
        return request;
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException {
        try {
            return http.send(request, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + url, e);
        }
    }

    private RefusedException refused(int status, String body) {
        String text = body.strip();
        if (text.startsWith("{\"error\":\"") && text.endsWith("\"}")) {
            text = text.substring(10, text.length() - 2).replace("\\\"", "\"");
        }
        return new RefusedException(status, url + " answered " + status + ": " + text);
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
