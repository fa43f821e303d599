package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.robustmq.server.DataClient.Frames;
import io.robustmq.server.wire.DescribeShardRequest;
import io.robustmq.server.wire.DescribeShardResponse;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Promtool;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.Scrape;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The role in its own process, as its operator and its clients see it. */
class JournalServerIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir Path folder;

    @Test
    void it_serves_and_stops_in_order_with_0() throws Exception {
        try (RobustMq node = RobustMq.journalServerIn(folder).start()) {
            try (DataClient client = client(node)) {
                assertThat(client.offset(client.append("a", "one", "two"))).isZero();
                assertThat(client.answer(client.read("a", 0, 1000)).frames().texts())
                        .containsExactly("one", "two");
            }
            assertThat(described(node, "a").getNextOffset()).isEqualTo(2);
            assertThat(node.get("/health/ready").body())
                    .isEqualTo("{\"status\":\"ready\",\"waiting_for\":[]}\n");
            assertThat(node.get("/health/live").statusCode()).isEqualTo(200);

            ProcessHandle.of(node.process().pid()).orElseThrow().destroy(); // SIGTERM
            assertThat(node.process().awaitExit(LIMIT)).isZero();
            assertThat(node.process().stderr())
                    .anyMatch(line -> line.startsWith("  TCP       127.0.0.1:"))
                    .anyMatch(line -> line.startsWith("  gRPC      127.0.0.1:"))
                    .allMatch(line -> line.startsWith("RobustMQ ") || line.startsWith("  "));
            node.awaitRecord("placement.role_stopped");
            node.awaitRecord(
                    "journal.shard_created",
                    record ->
                            record.path("service").asText().equals("journal-server")
                                    && record.path("automatic").asBoolean());
            node.awaitRecord("journal.client_connected");
            node.awaitRecord("journal.client_closed");
            node.awaitRecord("journal.listener_stopped");
        }
    }

    @Test
    @NeedsPart(Part.PROMTOOL)
    void its_metrics_are_well_formed_and_tell_what_was_done() throws Exception {
        try (RobustMq node = RobustMq.journalServerIn(folder).start();
                DataClient client = client(node)) {
            client.offset(client.append("a", "one", "two"));
            client.answer(client.read("none", 0, 1));
            Scrape scrape = node.metrics();
            assertThat(scrape.text())
                    .contains("robustmq_journal_server_appended_records_total 2.0")
                    .contains("robustmq_journal_server_requests_total{operation=\"append\"} 1.0")
                    .contains("robustmq_journal_server_refused_total{code=\"no_such_shard\"} 1.0")
                    .contains("robustmq_journal_server_shards 1.0")
                    .contains("robustmq_role_ready{role=\"journal-server\"} 1.0")
                    .doesNotContain("role=\"mqtt-server\"");
            assertThat(Promtool.checkMetrics(scrape.text()).output()).isEmpty();
        }
    }

    @Test
    void what_was_acknowledged_is_there_after_kill_9() throws Exception {
        long acknowledged = 0;
        for (int round = 0; round < 3; round++) {
            try (RobustMq node = RobustMq.journalServerIn(folder).start();
                    DataClient client = client(node)) {
                List<String> read = readAll(client, acknowledged);
                assertThat(read).hasSizeGreaterThanOrEqualTo((int) acknowledged);
                for (int i = 0; i < acknowledged; i++) {
                    assertThat(read.get(i)).isEqualTo("record " + i);
                }
                long next = read.size();
                List<Integer> ids = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    ids.add(client.append("a", "record " + (next + i)));
                }
                for (int id : ids.subList(0, 200)) {
                    acknowledged = client.offset(id) + 1;
                }
                node.kill();
            }
        }
        assertThat(acknowledged).isGreaterThanOrEqualTo(600);
    }

    private static List<String> readAll(DataClient client, long least) throws Exception {
        List<String> read = new ArrayList<>();
        if (least == 0) {
            return read;
        }
        long next = 0;
        while (true) {
            Frames frames = client.answer(client.read("a", next, 1 << 20)).frames();
            if (frames.records().isEmpty()) {
                return read;
            }
            read.addAll(frames.texts());
            next = frames.next();
        }
    }

    // Starts that fail

    @Test
    void a_port_in_use_is_69_with_one_line() throws Exception {
        for (String key : List.of("tcp.listen", "grpc.listen", "http.listen")) {
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    RobustMq node =
                            RobustMq.journalServerIn(folder)
                                    .set(key, "127.0.0.1:" + taken.getLocalPort())
                                    .launch()) {
                assertThat(node.process().awaitExit(LIMIT)).isEqualTo(69);
                assertThat(node.process().stderr())
                        .containsExactly(
                                "robustmq: cannot listen on 127.0.0.1:"
                                        + taken.getLocalPort()
                                        + ": the port is in use; stop what listens there, or set "
                                        + key);
                node.awaitRecord("placement.start_failed");
            }
        }
    }

    @Test
    void a_data_directory_that_another_process_has_is_73() throws Exception {
        try (RobustMq first = RobustMq.journalServerIn(folder).start();
                RobustMq second = RobustMq.journalServerIn(folder).launch()) {
            assertThat(second.process().awaitExit(LIMIT)).isEqualTo(73);
            assertThat(second.process().stderr())
                    .singleElement()
                    .asString()
                    .startsWith("robustmq: data.directory " + folder + " is in use");
            assertThat(first.get("/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void more_copies_than_one_are_refused_with_78() throws Exception {
        try (RobustMq node =
                RobustMq.journalServerIn(folder).set("journal.shard-replica-num", "2").launch()) {
            assertThat(node.process().awaitExit(LIMIT)).isEqualTo(78);
            assertThat(node.process().stderr().getFirst())
                    .endsWith(
                            "journal.shard-replica-num: must be 1, was 2: these shards are this server's alone");
        }
    }

    private static DataClient client(RobustMq node) throws Exception {
        return DataClient.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port("tcp.listen")));
    }

    private static io.robustmq.server.wire.Shard described(RobustMq node, String shard) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", node.port("grpc.listen"))
                        .usePlaintext()
                        .build();
        try {
            return TestJournalServer.call(
                            channel,
                            "DescribeShard",
                            DescribeShardRequest.newBuilder().setName(shard).build(),
                            DescribeShardResponse.getDefaultInstance())
                    .getShard();
        } finally {
            channel.shutdownNow();
        }
    }
}
