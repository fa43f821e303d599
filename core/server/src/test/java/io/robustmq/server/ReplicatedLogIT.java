package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.InsecureChannelCredentials;
import io.robustmq.replication.Segment;
import io.robustmq.replication.Versioned;
import io.robustmq.replication.WriterSettings;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A replicated log of this process, kept by journal servers that are killed. */
@Timeout(240)
@SuppressWarnings("NullAway.Init")
class ReplicatedLogIT {
    private static final Duration LIMIT = TestCluster.LIMIT;
    private static final String[] CENTERS = TestCluster.CENTERS.toArray(String[]::new);
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    @TempDir Path folder;
    private final RecordingEvents events = new RecordingEvents();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final long seed = Long.getLong("seed", System.nanoTime());
    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        System.out.println("-Dseed=" + seed);
        cluster = new TestCluster(folder);
        cluster.launchCenters();
        cluster.set("journal.repair-after=1s");
        for (String name : List.of("js-1", "js-2", "js-3")) {
            cluster.launchJournal(name);
        }
        cluster.awaitReady(CENTERS);
        cluster.awaitReady("js-1", "js-2", "js-3");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
        cluster.close();
    }

    /** As in a process of its own. */
    private ReplicationClient client(String nodeId) throws Exception {
        RemotePlacement placement =
                new RemotePlacement(
                        cluster.addresses(),
                        InsecureChannelCredentials.create(),
                        ThreadLocalRandom.current().nextInt(),
                        RemotePlacement.PATIENCE,
                        new SplittableRandom(),
                        events);
        open.add(placement);
        placement.open();
        ReplicationClient client =
                new ReplicationClient(
                        nodeId,
                        placement,
                        null,
                        new ReplicationClient.World(
                                InstantSource.system(), new SplittableRandom(), events));
        open.add(client);
        client.open();
        Await.untilTrue(
                "the journal servers are known",
                LIMIT,
                () -> client.nodes().journals().size() >= 3);
        return client;
    }

    private ReplicatedLog log(ReplicationClient client) throws IOException {
        WriterSettings standard = WriterSettings.STANDARD;
        WriterSettings.Rolling rolling = standard.rolling();
        WriterSettings settings =
                new WriterSettings(
                        standard.copies(),
                        new WriterSettings.Rolling(
                                4 << 20,
                                rolling.age(),
                                rolling.silence(),
                                rolling.lagBytes(),
                                rolling.distrust()),
                        standard.sending(),
                        new WriterSettings.Waiting(64 << 20, Duration.ofSeconds(5)));
        ReplicatedLog log = new ReplicatedLog("home", settings, client, () -> {});
        open.add(log);
        log.open(LIMIT);
        return log;
    }

    private static void awaitMore(LogHistory history, long more) throws Exception {
        long from = history.acknowledged();
        Await.untilTrue(
                more + " more are acknowledged",
                LIMIT,
                () -> history.acknowledged() >= from + more);
    }

    @Test
    void appends_go_on_without_a_journal_server_and_another_one_gets_what_it_had()
            throws Exception {
        ReplicationClient client = client("m-1");
        ReplicatedLog log = log(client);
        try (LogHistory history = new LogHistory(log, seed)) {
            awaitMore(history, 5_000);
            String gone = ensembles(client).getFirst().get(1);
            String killed = gone.substring(0, "js-1".length());
            history.longestPauseMillis();
            cluster.kill(killed);
            awaitMore(history, 5_000);
            Await.untilTrue(
                    "the open segment is kept by others",
                    LIMIT,
                    () -> !ensembles(client).getLast().contains(gone));
            awaitMore(history, 5_000);
            long pause = history.longestPauseMillis();
            System.out.println("killed one: longest pause " + pause + " ms");
            assertThat(pause).isLessThan(LONGEST_PAUSE_MILLIS);

            cluster.launchJournal("js-4");
            cluster.awaitReady("js-4");
            Await.untilTrue(
                    "nothing is kept by the one that is gone",
                    LIMIT,
                    () ->
                            ensembles(client).stream()
                                    .allMatch(each -> each.size() == 3 && !each.contains(gone)));
            assertThat(ensembles(client).getFirst()).anyMatch(each -> each.startsWith("js-4-"));
            awaitMore(history, 1_000);
            history.stop();
            assertThat(history.failed()).isZero();
            history.check(log);
            log.close();
            history.check(log(client("m-2")));
        }
    }

    private static List<List<String>> ensembles(ReplicationClient client) {
        return client.documents().view("home").segments().stream()
                .map(Versioned::value)
                .map(Segment::ensemble)
                .toList();
    }

    @Test
    void all_that_was_acknowledged_is_there_after_all_journal_servers_were_killed()
            throws Exception {
        ReplicatedLog log = log(client("m-1"));
        try (LogHistory history = new LogHistory(log, seed)) {
            awaitMore(history, 5_000);
            for (String name : List.of("js-1", "js-2", "js-3")) {
                cluster.kill(name);
            }
            Await.untilTrue("it has failed", LIMIT, () -> log.failure() != null);
            System.out.println("all killed: " + log.failure());
            for (String name : List.of("js-1", "js-2", "js-3")) {
                cluster.launchJournal(name);
            }
            Await.untilTrue("it works again", LIMIT, () -> log.failure() == null);
            awaitMore(history, 5_000);

            // and another one takes it over under load
            ReplicationClient other = client("m-2");
            long begun = System.nanoTime();
            ReplicatedLog next = log(other);
            System.out.println("taken over in " + (System.nanoTime() - begun) / 1_000_000 + " ms");
            history.with(next);
            awaitMore(history, 1_000);
            history.stop();
            history.check(next);
        }
    }
}
