package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.ShardFiles;
import io.robustmq.server.DataClient.Answer;
import io.robustmq.server.DataClient.Frames;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.wire.DescribeShardRequest;
import io.robustmq.server.wire.DescribeShardResponse;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see when the disk is full, files are damaged, or a peer says nothing. */
class DataServerFaultTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path folder;
    private TestJournalServer server;
    private DataClient client;

    @BeforeEach
    void start() throws IOException {
        server = TestJournalServer.in(folder, "journal.max-segment-size=1MiB");
        client = server.client();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void while_the_disk_is_full_appends_are_refused_and_reads_go_on() throws Exception {
        client.offset(client.append("a", "one"));
        server.disk.full(true);
        Answer refused = client.answer(client.append("a", "x".repeat(2 << 20)));
        assertThat(refused.code()).isEqualTo(Code.DISK_FAILED);
        assertThat(refused.text()).contains("No space left on device");
        assertThat(failure("a")).contains("No space left on device");
        assertThat(client.answer(client.append("new", "x")).code()).isEqualTo(Code.DISK_FAILED);
        assertThat(client.answer(client.read("a", 0, 100)).frames().texts()).containsExactly("one");

        server.disk.full(false);
        Await.untilTrue(
                "it takes appends again",
                LIMIT,
                () -> client.answer(client.append("a", "two")).code() == Code.OK);
        assertThat(failure("a")).isEmpty();
        Frames frames = client.answer(client.read("a", 0, 100)).frames();
        assertThat(frames.texts()).startsWith("one");
        Await.untilTrue(
                "a new shard can be made",
                LIMIT,
                () -> client.answer(client.append("new", "x")).code() == Code.OK);
    }

    @Test
    void while_the_disk_hangs_a_connection_is_read_no_further_than_its_limit() throws Exception {
        client.offset(client.append("a", "x"));
        server.disk.hang();
        try {
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 400; i++) { // of which tcp.max-in-flight = 256 are taken
                ids.add(client.append("a", "record " + i));
            }
            DataCounters counters = server.data.counters();
            Await.untilTrue("it is held", LIMIT, () -> counters.held.get() == 1);
            assertThat(counters.requestsInFlight.get()).isEqualTo(256);
            assertThat(counters.requests(DataWire.Operation.APPEND)).isEqualTo(257);
            try (DataClient other = server.client()) { // nobody else is
                assertThat(other.answer(other.read("a", 0, 100)).frames().texts())
                        .containsExactly("x");
            }
            server.disk.goOn();
            for (int i = 0; i < 400; i++) {
                assertThat(client.offset(ids.get(i))).isEqualTo(1 + i);
            }
            assertThat(counters.held.get()).isZero();
        } finally {
            server.disk.goOn();
        }
    }

    @Test
    void what_waits_for_the_disk_is_bounded_and_more_is_refused() throws Exception {
        client.offset(client.append("a", "x"));
        server.disk.hang();
        try {
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                ids.add(client.append("a", "x".repeat(1 << 20)));
            }
            int refused = ids.getLast();
            assertThat(client.answer(refused).code()).isEqualTo(Code.JOURNAL_FULL);
            server.disk.goOn();
            assertThat(client.offset(ids.getFirst())).isEqualTo(1);
        } finally {
            server.disk.goOn();
        }
    }

    private String failure(String shard) {
        return server.call(
                        "DescribeShard",
                        DescribeShardRequest.newBuilder().setName(shard).build(),
                        DescribeShardResponse.getDefaultInstance())
                .getShard()
                .getFailure();
    }

    @Test
    void damaged_records_are_told_with_where_to_go_on() throws Exception {
        for (int i = 0; i < 30; i++) {
            client.offset(client.append("a", "x".repeat(100_000)));
        }
        Path first = ShardFiles.segments(server.shard("a")).getFirst().file();
        byte[] bytes = Files.readAllBytes(first);
        bytes[25 + 2 * 100_033 + 5000] ^= 1; // in the payload of the third
        Files.write(first, bytes);

        assertThat(client.answer(client.read("a", 0, 1 << 20)).frames().offsets())
                .containsExactly(0L, 1L);
        Answer damaged = client.answer(client.read("a", 2, 1 << 20));
        assertThat(damaged.code()).isEqualTo(Code.DAMAGED);
        assertThat(damaged.text()).contains("crc32c");
        assertThat(damaged.goOnAt()).isEqualTo(3);
        assertThat(client.answer(client.read("a", 3, 1)).frames().offsets()).containsExactly(3L);

        int tail = client.tail("a", 0, 1 << 30);
        List<Answer> answers = new ArrayList<>();
        do {
            answers.add(client.answer(tail));
        } while (answers.getLast().code() == Code.OK);
        assertThat(answers.getLast().code()).isEqualTo(Code.DAMAGED);
        assertThat(answers.getLast().goOnAt()).isEqualTo(3);
    }

    @Test
    void records_that_retention_removed_are_skipped() throws Exception {
        server.close();
        server =
                TestJournalServer.in(
                        folder, "journal.max-segment-size=1MiB", "journal.retention-size=2MiB");
        try (DataClient other = server.client()) {
            for (int i = 0; i < 60; i++) {
                other.offset(other.append("b", "x".repeat(100_000)));
            }
            Await.untilTrue(
                    "the oldest are gone", LIMIT, () -> server.shard("b").firstOffset() > 0);
            Frames frames = other.answer(other.read("b", 0, 1 << 20)).frames();
            assertThat(frames.offsets().getFirst()).isPositive();
        }
    }

    @Test
    void a_shard_that_cannot_be_opened_does_not_keep_the_others_from_serving() throws Exception {
        client.offset(client.append("good", "one"));
        server.close();
        Files.writeString(folder.resolve("bad"), "a file where a shard's folder should be");
        server = TestJournalServer.in(folder);
        assertThat(server.events.of(JournalEvent.ShardUnavailable.class))
                .singleElement()
                .returns("bad", JournalEvent.ShardUnavailable::shard);
        try (DataClient other = server.client()) {
            assertThat(other.answer(other.read("bad", 0, 1)).code()).isEqualTo(Code.DISK_FAILED);
            assertThat(other.answer(other.append("bad", "x")).code()).isEqualTo(Code.DISK_FAILED);
            assertThat(other.answer(other.read("good", 0, 100)).frames().texts())
                    .containsExactly("one");
            Files.delete(folder.resolve("bad"));
            assertThat(other.offset(other.append("bad", "x"))).isZero();
        }
    }

    @Test
    void who_says_no_hello_is_hung_up_on() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        DataServer.Settings settings =
                new DataServer.Settings(any, 1, 10, 1024, 10, Duration.ofMillis(50));
        try (DataServer hasty = new DataServer(settings, server.shards, server.events)) {
            hasty.open();
            try (Socket silent =
                    new Socket(hasty.localAddress().getAddress(), hasty.localAddress().getPort())) {
                silent.setSoTimeout((int) LIMIT.toMillis());
                assertThat(silent.getInputStream().readAllBytes())
                        .hasSize(DataWire.HELLO_ANSWER_BYTES);
                assertThat(server.events.await(JournalEvent.ClientRefused.class).detail())
                        .isEqualTo("no hello within 50 ms");
            }
        }
    }
}
