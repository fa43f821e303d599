package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.eventlog.EventSearch;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PipelineEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class EventsApiTest {
    @TempDir private Path directory;
    private final HttpClient client = HttpClient.newHttpClient();
    private final RecordingEvents events = new RecordingEvents();
    private TestEventStore store;
    private HttpEndpoint endpoint;
    private String token = "";

    @BeforeEach
    void open() throws Exception {
        store = new TestEventStore(directory);
        endpoint =
                new HttpEndpoint(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new PrometheusRegistry(),
                        new Readiness(Role.values()),
                        AdminToken.in(directory, new SplittableRandom(1)),
                        Events.NONE);
        endpoint.open();
        endpoint.add(
                new EventsApi(new EventSearch(store.shard), InstantSource.system(), events)
                        .route());
        token = String.valueOf(AdminToken.read(directory.resolve(AdminToken.FILE)));
    }

    @AfterEach
    void close() {
        client.shutdownNow();
        endpoint.close();
        store.close();
    }

    @Test
    void a_page_has_the_newest_events_and_says_where_to_go_on() throws Exception {
        for (int i = 0; i < 5; i++) {
            store.add("session.created", i % 2 == 0 ? "a" : "b");
        }
        HttpResponse<String> page = get("?client_id=a&limit=2");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type"))
                .hasValue("application/json; charset=utf-8");
        assertThat(page.body())
                .startsWith("{\"events\":[\n{\"seq\":4,\"time\":\"")
                .contains(",\n{\"seq\":2,")
                .doesNotContain("\"seq\":0", "\"seq\":3")
                .endsWith("],\n\"next\":2,\"more\":true,\"gaps\":[]}\n");
        assertThat(get("?client_id=a&limit=2&before=2").body())
                .contains("\"seq\":0")
                .contains("\"more\":false");
        assertThat(get("?client_id=nobody").body())
                .isEqualTo("{\"events\":[],\n\"next\":0,\"more\":false,\"gaps\":[]}\n");
    }

    @Test
    void lines_come_one_event_each_and_the_rest_in_headers() throws Exception {
        store.add("session.created", "a");
        store.add("session.ended", "a");
        HttpResponse<String> lines = get("?order=oldest", "Accept", "application/x-ndjson");
        assertThat(lines.body().lines()).hasSize(2).allMatch(line -> line.startsWith("{\"seq\":"));
        assertThat(lines.headers().firstValue("Robustmq-Next")).hasValue("2");
        assertThat(lines.headers().firstValue("Robustmq-More")).hasValue("false");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "?limit=1001 | limit must be a whole number from 1 to 1000, was \\\"1001\\\"",
                "?client=x | unknown client, there are event, level, client_id",
                "?follow=maybe | follow must be true or false, was maybe",
                "?since=soon | since must be a time such as",
                "?event=%C3%A4 | event must be an event's name"
            })
    void what_is_wrong_is_said(String query, String line) throws Exception {
        HttpResponse<String> answer = get(query);
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).startsWith("{\"error\":\"").contains(line);
    }

    @Test
    void without_the_token_nobody_is_answered_and_told_where_it_is() throws Exception {
        HttpRequest none = HttpRequest.newBuilder(uri("")).build();
        HttpResponse<String> refused = client.send(none, BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(refused.body()).contains("Authorization: Bearer <token>", "admin-token");

        HttpRequest wrong =
                HttpRequest.newBuilder(uri(""))
                        .header("Authorization", "Bearer " + token + "0")
                        .build();
        assertThat(client.send(wrong, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
        HttpRequest basic =
                HttpRequest.newBuilder(uri("")).header("Authorization", "Basic " + token).build();
        assertThat(client.send(basic, BodyHandlers.ofString()).body()).contains("another scheme");
    }

    @Test
    void the_token_is_made_once_and_only_the_nodes_user_can_read_it() throws Exception {
        Path file = directory.resolve(AdminToken.FILE);
        assertThat(token).matches("[0-9a-f]{64}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        AdminToken again = AdminToken.in(directory, new SplittableRandom(2));
        assertThat(again.refusal("Bearer " + token)).isNull();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void a_follower_gets_what_comes_and_goes_on_after_what_it_had() throws Exception {
        store.add("session.created", "old");
        List<String> got = new ArrayList<>();
        try (Follower follower = new Follower("?client_id=a", "")) {
            follower.until(": following from 1");
            store.add("session.created", "b");
            store.add("session.created", "a");
            got.addAll(follower.until("id: 2"));
            assertThat(follower.line())
                    .startsWith("data: {\"seq\":2,")
                    .contains("\"client_id\":\"a\"");
        }
        assertThat(got).noneMatch(line -> line.contains("id: 1"));
        store.add("session.ended", "a");
        try (Follower follower = new Follower("?client_id=a", "Last-Event-ID: 2\r\n")) {
            follower.until("id: 3");
        }
    }

    @Test
    void only_so_many_may_follow_at_once() throws Exception {
        List<Follower> followers = new ArrayList<>();
        try {
            for (int i = 0; i < EventsApi.MAX_FOLLOWERS; i++) {
                Follower follower = new Follower("", "");
                followers.add(follower);
                follower.until(": following");
            }
            HttpResponse<String> refused = get("?follow=true");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            followers.removeFirst().close();
            Await.untilTrue(
                    "there is room again",
                    Duration.ofSeconds(20),
                    () -> {
                        // what is written to the one that went ends it
                        store.add("session.created", "a");
                        try (Follower follower = new Follower("", "")) {
                            return follower.line().contains("200");
                        }
                    });
        } finally {
            for (Follower follower : followers) {
                follower.close();
            }
        }
    }

    @Test
    void a_follower_that_does_not_read_is_dropped_and_that_is_told() throws Exception {
        String much = ",\"x\":\"" + "y".repeat(100_000) + '"';
        try (Follower slow = new Follower("", "")) {
            slow.until(": following");
            for (int i = 0; i < 200; i++) {
                store.add(Severity.INFO, "session.created", "a", much);
            }
            Await.untilTrue(
                    "it is dropped",
                    Duration.ofSeconds(40),
                    () -> !events.of(PipelineEvent.FollowerDropped.class).isEmpty());
            assertThat(events.of(PipelineEvent.FollowerDropped.class).getFirst().nextSeq())
                    .isBetween(1L, 199L);
        }
    }

    private URI uri(String query) {
        return URI.create(
                "http://127.0.0.1:" + endpoint.localAddress().getPort() + EventsApi.PATH + query);
    }

    private HttpResponse<String> get(String query, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(query)).header("Authorization", "Bearer " + token);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Reads only when it is asked to. */
    private final class Follower implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        Follower(String query, String headers) throws Exception {
            socket = new Socket();
            socket.setReceiveBufferSize(4096);
            socket.connect(endpoint.localAddress());
            socket.setSoTimeout(20_000);
            String request =
                    "GET "
                            + EventsApi.PATH
                            + query
                            + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer "
                            + token
                            + "\r\n"
                            + headers
                            + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            in =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        String line() throws Exception {
            return String.valueOf(in.readLine());
        }

        List<String> until(String start) throws Exception {
            List<String> before = new ArrayList<>();
            while (true) {
                String line = in.readLine();
                if (line == null) {
                    throw new AssertionError("ended after " + before);
                }
                if (line.startsWith(start)) {
                    return before;
                }
                before.add(line);
            }
        }

        @Override
        public void close() throws Exception {
            socket.close();
        }
    }
}
