package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.InsecureChannelCredentials;
import io.robustmq.placement.Author;
import io.robustmq.placement.Content;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.PlacementChange;
import io.robustmq.server.wire.RegisteredNode;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal server in a cluster, each node a process. */
@SuppressWarnings("NullAway.Init")
class ClusterIT {
    private static final Duration LIMIT = TestCluster.LIMIT;
    private static final String[] CENTERS = TestCluster.CENTERS.toArray(String[]::new);

    @TempDir Path folder;
    private TestCluster cluster;

    @BeforeEach
    void begin() {
        cluster = new TestCluster(folder);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private RegisteredNode registered(String at) throws Exception {
        return Await.until(
                "the journal server is registered",
                LIMIT,
                () -> cluster.registered(at, "js-1"),
                () -> cluster.described(at).toString());
    }

    private void start() throws Exception {
        cluster.launchCenters();
        cluster.launchJournal("js-1");
        cluster.awaitReady(CENTERS);
        cluster.awaitReady("js-1");
    }

    @Test
    void a_journal_server_that_starts_first_waits_to_be_registered_and_leaves_in_order()
            throws Exception {
        cluster.launchJournal("js-1");
        cluster.awaitListening("js-1");
        cluster.node("js-1").awaitRecord("placement.registration_awaited");
        cluster.node("js-1").awaitRecord("placement.centers_unreachable");
        assertThat(cluster.status("js-1", "/health/ready")).isEqualTo(503);
        assertThat(cluster.count("js-1", "placement.role_ready")).isZero();

        cluster.launchCenters();
        cluster.awaitReady(CENTERS);
        cluster.awaitReady("js-1");
        cluster.node("js-1").awaitRecord("placement.registration_made");
        cluster.node("js-1").awaitRecord("placement.role_ready");
        RegisteredNode node = registered("pc-1");
        assertThat(node.getRolesList()).containsExactly("journal-server");
        for (String listener : List.of("grpc", "tcp", "http")) {
            assertThat(node.getAddressesMap())
                    .containsEntry(
                            listener,
                            "127.0.0.1:" + cluster.node("js-1").port(listener + ".listen"));
        }
        assertThat(node.getAddressesMap()).containsEntry("rack", "rack of js-1");

        cluster.signal("js-1", "TERM");
        assertThat(cluster.node("js-1").process().awaitExit(LIMIT)).isZero();
        assertThat(cluster.registered("pc-2", "js-1")).isEmpty();
        assertThat(expirations()).isZero();
    }

    private long expirations() {
        long told = 0;
        for (String each : CENTERS) {
            told +=
                    cluster.node(each).records().stream()
                            .filter(record ->
                                    record.path("event").asText().equals("placement.node_expired"))
                            .filter(record -> record.path("expired_node").asText().equals("js-1"))
                            .count();
        }
        return told;
    }

    @Test
    void it_keeps_its_registration_though_the_center_that_it_asks_is_killed() throws Exception {
        start();
        RegisteredNode before = registered("pc-1");
        String asked =
                cluster.node("js-1")
                        .awaitRecord("placement.center_connected")
                        .path("member")
                        .asText();
        cluster.kill(asked);
        cluster.node("js-1").awaitRecord("placement.center_lost");
        JsonNode next =
                cluster.node("js-1")
                        .awaitRecord(
                                "placement.center_connected",
                                record -> !record.path("member").asText().equals(asked));
        String survivor = next.path("member").asText();
        Await.untilTrue(
                "who is dead is missed",
                LIMIT,
                () -> cluster.registered(survivor, asked).isEmpty());
        assertThat(registered(survivor)).isEqualTo(before);
        assertThat(cluster.status("js-1", "/health/ready")).isEqualTo(200);
        assertThat(cluster.count("js-1", "placement.registration_lost")).isZero();
        assertThat(expirations()).isZero();
    }

    @Test
    void one_that_is_stopped_is_missed_and_registers_again_when_it_goes_on() throws Exception {
        start();
        long epoch = registered("pc-1").getEpoch();
        long begun = System.nanoTime();
        cluster.signal("js-1", "STOP");
        Await.untilTrue("it is missed", LIMIT, () -> cluster.registered("pc-1", "js-1").isEmpty());
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)).isLessThan(30);
        Await.untilTrue("it is told", LIMIT, () -> expirations() == 1);
        cluster.signal("js-1", "CONT");
        cluster.node("js-1").awaitRecord("placement.registration_lost");
        assertThat(registered("pc-1").getEpoch()).isGreaterThan(epoch);
        cluster.awaitReady("js-1");
        Await.untilTrue(
                "it tells that it is registered again",
                LIMIT,
                () -> cluster.count("js-1", "placement.registration_made") == 2);

        cluster.kill("js-1");
        Await.untilTrue("it is missed", LIMIT, () -> cluster.registered("pc-1", "js-1").isEmpty());
    }

    @Test
    void of_a_thousand_changes_none_is_missed_though_a_center_is_killed() throws Exception {
        cluster.launchCenters();
        cluster.awaitReady(CENTERS);
        RecordingEvents events = new RecordingEvents();
        Author by = new Author("test", Admin.NODE);
        BlockingQueue<PlacementChange> seen = new LinkedBlockingQueue<>();
        try (RemotePlacement writer = remote(events);
                RemotePlacement reader = remote(events)) {
            writer.open();
            reader.open();
            reader.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            try (AutoCloseable _ = reader.watch(0, Set.of(new Interest.AnyDocument()), seen::add)) {
                for (int i = 0; i < 1000; i++) {
                    if (i == 400) {
                        cluster.kill("pc-2");
                    }
                    DocumentChange change =
                            DocumentChange.create(
                                    DocumentKind.SEGMENT, "s" + i, Content.of(new byte[100]));
                    assertThat(
                                    writer.change(List.of(change), by, "")
                                            .get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                            .isInstanceOf(DocumentAnswer.Changed.class);
                }
                int next = 0;
                while (next < 1000) {
                    PlacementChange change = seen.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
                    if (change instanceof PlacementChange.DocumentsChanged changed) {
                        assertThat(changed.documents().getFirst().name()).isEqualTo("s" + next);
                        next++;
                    } else {
                        assertThat(change).isInstanceOf(PlacementChange.Whole.class);
                        assertThat(next).as("before the first only").isZero();
                    }
                }
            }
        }
    }

    private RemotePlacement remote(RecordingEvents events) {
        return new RemotePlacement(
                cluster.addresses(),
                InsecureChannelCredentials.create(),
                ThreadLocalRandom.current().nextInt(),
                Duration.ofSeconds(30),
                new SplittableRandom(),
                events);
    }

    @Test
    void with_mutual_tls_a_node_of_the_authority_is_registered() throws Exception {
        Path files = Files.createDirectory(folder.resolve("tls"));
        TestCertificates authority = TestCertificates.authority("cluster");
        authority.write(files.resolve("ca.pem"));
        authority.server("127.0.0.1").write(files.resolve("node.pem"), files.resolve("key.pem"));
        cluster.launchJournal("stranger");
        cluster.set(
                "tls.certificate-file=" + files.resolve("node.pem"),
                "tls.key-file=" + files.resolve("key.pem"),
                "tls.ca-file=" + files.resolve("ca.pem"));
        start();
        cluster.node("stranger").awaitRecord("placement.registration_failed");
        assertThat(cluster.status("stranger", "/health/ready")).isEqualTo(503);
    }
}
