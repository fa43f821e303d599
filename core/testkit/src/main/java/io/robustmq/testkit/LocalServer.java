package io.robustmq.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A program of its own that answers by HTTP on 127.0.0.1. */
final class LocalServer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final int port;
    private final ChildProcess process;
    private final HttpClient http = HttpClient.newHttpClient();

    private LocalServer(int port, ChildProcess process) {
        this.port = port;
        this.process = process;
    }

    /** Once it answers this path with 200; it is ended if it does not. */
    static LocalServer ready(String name, int port, ChildProcess process, String path)
            throws Exception {
        LocalServer server = new LocalServer(port, process);
        try {
            Await.untilTrue(name + " is ready", LIMIT, () -> server.answers(name, path));
        } catch (Exception | AssertionError e) {
            server.close();
            throw e;
        }
        return server;
    }

    int port() {
        return port;
    }

    String address() {
        return "http://127.0.0.1:" + port;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(address() + path)).timeout(LIMIT).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.close();
        http.close();
    }

    private boolean answers(String name, String path) throws InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError(name + " ended: " + process.told());
        }
        try {
            return get(path).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
