package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.server.RawClient.Hello;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a broker that people use, and misuse, writes into its log. The events left out need a broken
 * disk or a defect; the modules' own tests see those.
 */
@NeedsPart(Part.MOSQUITTO)
final class EmittedEventsIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int MAX_CONNECTIONS = 30;

    private static final Set<String> EXPECTED =
            Set.of(
                    "authentication.anonymous_allowed",
                    "authentication.failed",
                    "authentication.passwords_loaded",
                    "authentication.publish_denied",
                    "authentication.succeeded",
                    "connection.accepted",
                    "connection.closed",
                    "connection.handshake_timed_out",
                    "connection.io_failed",
                    "connection.keep_alive_expired",
                    "connection.limit_reached",
                    "connection.listener_started",
                    "connection.listener_stopped",
                    "connection.protocol_violated",
                    "connection.refused",
                    "connection.taken_over",
                    "connection.write_blocked",
                    "connection.write_resumed",
                    "foreign.line",
                    "journal.closed",
                    "journal.opened",
                    "journal.segment_created",
                    "message.delivered",
                    "message.dropped",
                    "message.published",
                    "message.rejected",
                    "message.retained_cleared",
                    "message.retained_refused",
                    "message.retained_stored",
                    "message.unrouted",
                    "message.will_cancelled",
                    "message.will_published",
                    "message.will_scheduled",
                    "pipeline.sink_failed",
                    "pipeline.started",
                    "pipeline.stopping",
                    "placement.config_loaded",
                    "placement.consensus_started",
                    "placement.http_started",
                    "placement.node_ready",
                    "placement.node_registered",
                    "placement.node_removed",
                    "placement.node_stopping",
                    "placement.role_ready",
                    "placement.role_starting",
                    "placement.role_stopped",
                    "placement.state_recovered",
                    "session.created",
                    "session.discarded",
                    "session.ended",
                    "session.expired",
                    "session.queue_filled",
                    "session.redelivered",
                    "session.resumed",
                    "session.suspended",
                    "subscription.created",
                    "subscription.not_found",
                    "subscription.passed_on",
                    "subscription.refused",
                    "subscription.removed",
                    "subscription.replaced");

    @Test
    void a_broker_in_use_tells_what_happens_to_it(@TempDir Path data) throws Exception {
        Path passwords = passwordFile(data);
        List<JsonNode> records;
        try (RobustMq broker =
                RobustMq.in(data)
                        .set("sinks.console.level", "debug")
                        .set("sinks.file.level", "debug")
                        .set("sinks.otlp.enabled", "true")
                        .set("sinks.otlp.endpoint", "http://127.0.0.1:" + FreePorts.several(1)[0])
                        .set("mqtt.password-file", passwords.toString())
                        .set("mqtt.allow-anonymous", "always")
                        .set("mqtt.connect-timeout", "1s")
                        .set("mqtt.max-connections", Integer.toString(MAX_CONNECTIONS))
                        .set("mqtt.max-queued-messages", "5")
                        .set("mqtt.max-retained-messages", "1")
                        .set("mqtt.max-outbound-bytes", "256KiB")
                        .alarmed() // a line of a library
                        .start()) {
            int port = broker.mqttPort();
            subscriptions(port);
            messages(port);
            sessions(port);
            wills(port, broker);
            misuse(port);
            credentials(broker);
            slowReader(port, broker);
            crowd(port, broker);
            becauseTimePasses(port, broker);
            broker.close();
            Await.untilTrue("its end", LIMIT, () -> !broker.process().isAlive());
            records = broker.fileRecords();
        }
        Set<String> emitted =
                records.stream()
                        .map(record -> record.path("event").asText())
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(emitted).containsAll(EXPECTED);
    }

    private static void becauseTimePasses(int port, RobustMq broker) throws Exception {
        Hello secondsOfSilence = new Hello(true, 1, 0, -1);
        try (RawClient silent = RawClient.connected(port, "silent", secondsOfSilence)) {
            silent.awaitEnd();
        }
        for (String late :
                List.of(
                        "session.expired",
                        "connection.keep_alive_expired",
                        "message.will_published",
                        "pipeline.sink_failed")) {
            broker.awaitRecord(late);
        }
    }

    private static Path passwordFile(Path data) throws Exception {
        Path file = data.resolve("passwords");
        try (ChildProcess passwd =
                ChildProcess.start(
                        "mosquitto_passwd",
                        data,
                        Map.of(),
                        List.of(
                                Part.MOSQUITTO.program("mosquitto_passwd").toString(),
                                "-b",
                                "-c",
                                file.toString(),
                                "alice",
                                "wonderland"))) {
            assertThat(passwd.awaitExit(LIMIT)).isZero();
        }
        return file;
    }

    private static void subscriptions(int port) throws IOException {
        try (RawClient client = RawClient.connected(port, "subscriptions", Hello.PLAIN)) {
            client.subscribe("a/#", 0);
            client.subscribe("a/#", 1);
            client.subscribe("a/#/b", 1);
            client.unsubscribe("a/#");
            client.unsubscribe("a/#");
            client.disconnect();
            client.awaitEnd();
        }
    }

    private static void messages(int port) throws IOException {
        try (RawClient subscriber = RawClient.connected(port, "listener", Hello.PLAIN);
                RawClient publisher = RawClient.connected(port, "speaker", Hello.PLAIN)) {
            publisher.publish("nobody/listens", false, "x");
            subscriber.subscribe("m/#", 1);
            subscriber.subscribe("$share/g/m/#", 1);
            publisher.publish("m/1", true, "x");
            subscriber.await(RawClient.PUBLISH);
            publisher.publish("m/2", true, "above max-retained-messages");
            publisher.publish("m/1", true, "");
            publisher.publish("$SYS/mine", false, "x");
        }
    }

    private static void sessions(int port) throws IOException {
        try (RawClient first = RawClient.connected(port, "kept", Hello.kept(600))) {
            first.subscribe("s/#", 1);
        }
        try (RawClient publisher = RawClient.connected(port, "speaker", Hello.PLAIN)) {
            for (int i = 0; i < 10; i++) {
                publisher.publish("s/1", false, "above max-queued-messages");
            }
        }
        try (RawClient second = RawClient.connected(port, "kept", Hello.kept(600))) {
            second.await(RawClient.PUBLISH);
        }
        try (RawClient third = RawClient.connected(port, "kept", Hello.kept(600))) {
            third.await(RawClient.PUBLISH);
        }
        RawClient.connected(port, "kept", Hello.PLAIN).close();
        RawClient.connected(port, "soon-forgotten", Hello.kept(1)).close();
    }

    private static void wills(int port, RobustMq broker) throws Exception {
        RawClient.connected(port, "comes-back", Hello.kept(600).will(300)).reset();
        broker.awaitRecord("message.will_scheduled");
        try (RawClient back = RawClient.connected(port, "comes-back", Hello.kept(600))) {
            back.disconnect();
            back.awaitEnd();
        }
        RawClient.connected(port, "does-not", Hello.PLAIN.will(0)).reset();
    }

    private static void misuse(int port) throws IOException {
        try (RawClient twice = RawClient.connected(port, "twice", Hello.PLAIN)) {
            twice.connect("twice", Hello.PLAIN);
            twice.awaitEnd();
        }
        try (RawClient nameless = RawClient.to(port)) {
            nameless.connectNameless();
            nameless.awaitEnd();
        }
        try (RawClient first = RawClient.connected(port, "same", Hello.PLAIN);
                RawClient second = RawClient.connected(port, "same", Hello.PLAIN)) {
            first.awaitEnd();
            second.disconnect();
        }
    }

    private static void credentials(RobustMq broker) throws Exception {
        var mosquitto = broker.mosquitto();
        assertThat(mosquitto.publish("-u", "alice", "-P", "wonderland", "-t", "t", "-m", "x"))
                .satisfies(published -> assertThat(published.exitCode()).isZero());
        assertThat(mosquitto.publish("-u", "alice", "-P", "wrong", "-t", "t", "-m", "x"))
                .satisfies(published -> assertThat(published.exitCode()).isNotZero());
    }

    private static void slowReader(int port, RobustMq broker) throws Exception {
        String payload = "x".repeat(64 * 1024);
        try (RawClient slow = RawClient.connected(port, "slow", Hello.PLAIN);
                RawClient fast = RawClient.connected(port, "fast", Hello.PLAIN)) {
            slow.subscribe("flood", 0);
            for (int i = 0; i < 500; i++) {
                fast.publishUnacknowledged("flood", payload);
            }
            broker.awaitRecord("connection.write_blocked");
            // nothing comes any more after what the broker held and did not drop
            Thread reader = Thread.ofVirtual().start(() -> drain(slow));
            broker.awaitRecord("connection.write_resumed");
            slow.close();
            reader.join();
        }
    }

    private static void drain(RawClient client) {
        try {
            client.awaitEnd();
        } catch (IOException e) {
            // the test closed it
        }
    }

    private static void crowd(int port, RobustMq broker) throws Exception {
        List<RawClient> crowd = new ArrayList<>();
        for (int i = 0; i <= MAX_CONNECTIONS; i++) {
            crowd.add(RawClient.to(port));
        }
        broker.awaitRecord("connection.limit_reached");
        broker.awaitRecord("connection.handshake_timed_out");
        for (RawClient one : crowd) {
            one.close();
        }
    }
}
