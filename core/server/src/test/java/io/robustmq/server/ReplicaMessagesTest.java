package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.replication.Message;
import io.robustmq.replication.MessageCodec;
import io.robustmq.replication.SegmentId;
import io.robustmq.server.DataClient.Answer;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import io.robustmq.telemetry.event.ReplicationEvent;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.TestCertificates;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages of replication over the data protocol. */
@Timeout(60)
class ReplicaMessagesTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final SegmentId SEGMENT = new SegmentId("home", 3, 1000);

    @TempDir Path folder;

    private static byte[] body(String sender, ByteBuffer message) {
        byte[] name = sender.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(1 + name.length + message.remaining())
                .put((byte) name.length)
                .put(name)
                .put(message)
                .array();
    }

    @Test
    void a_server_without_replicas_says_that_it_takes_no_messages() throws Exception {
        try (TestJournalServer server = TestJournalServer.in(folder);
                DataClient client = server.client()) {
            Message fence = new Message.Fence(SEGMENT, 7);
            int request = client.send(Operation.MESSAGE, body("m", MessageCodec.encoded(fence)));
            assertThat(client.answer(request).code()).isEqualTo(Code.UNKNOWN_OPERATION);
            client.append("orders", "a");
        }
    }

    @Test
    void answers_of_a_replica_come_by_the_connection_that_asked() throws Exception {
        try (ReplicatedCluster cluster = ReplicatedCluster.in(folder, "j1");
                DataClient client = DataClient.connect(cluster.server("j1").data.localAddress())) {
            Message fence = new Message.Fence(SEGMENT, 7);
            client.send(Operation.MESSAGE, body("m", MessageCodec.encoded(fence)));
            Answer answer = client.answer(0);
            assertThat(answer.code()).isEqualTo(Code.OK);
            assertThat(MessageCodec.decode(answer.body()))
                    .isEqualTo(
                            new MessageCodec.Decoded.Whole(
                                    new Message.Fenced(SEGMENT, 7, 1000, 999)));
        }
    }

    @Test
    void what_is_no_message_ends_the_connection() throws Exception {
        try (ReplicatedCluster cluster = ReplicatedCluster.in(folder, "j1");
                DataClient client = DataClient.connect(cluster.server("j1").data.localAddress())) {
            int request =
                    client.send(Operation.MESSAGE, body("m", ByteBuffer.wrap(new byte[] {1, 2})));
            assertThat(client.answer(request).code()).isEqualTo(Code.MALFORMED);
            client.awaitEnd();
        }
    }

    @Test
    void nodes_with_certificates_of_the_cluster_speak_encrypted_and_no_others_do()
            throws Exception {
        TestCertificates authority = TestCertificates.authority("cluster");
        try (ClusterTls tls = tls("ours", authority);
                ClusterTls strangers = tls("strange", TestCertificates.authority("other"));
                ReplicatedCluster cluster = ReplicatedCluster.encrypted(folder, tls, "j1")) {
            ReplicationClient stranger = cluster.client("m2", strangers);
            cluster.events.await(ReplicationEvent.JournalUnreachable.class);
            ReplicationClient client = cluster.client("m1");
            String journal = cluster.server("j1").journalId;
            Await.untilTrue("there is a link", LIMIT, () -> client.links().isUp(journal));
            ReplicationClient.Asked asked =
                    client.ask(
                            journal,
                            new Message.Read(SEGMENT, 0, -1, 1000, 10, client.nextRequest()));
            assertThat(asked.answer().get())
                    .isEqualTo(new Message.Refused(SEGMENT, 0, Message.Refusal.ABSENT, 0, 1000));
            assertThat(stranger.links().isUp(journal)).isFalse();
        }
    }

    private ClusterTls tls(String name, TestCertificates authority) throws Exception {
        Path files = Files.createDirectories(folder.resolve(name));
        ClusterTls.Files all =
                new ClusterTls.Files(
                        files.resolve("own.pem"),
                        files.resolve("key.pem"),
                        files.resolve("ca.pem"));
        authority.write(all.ca());
        authority.server("127.0.0.1").write(all.certificate(), all.key());
        return ClusterTls.load(all);
    }

    @Test
    void a_message_to_a_server_that_is_away_is_dropped_and_one_that_comes_back_is_found()
            throws Exception {
        try (ReplicatedCluster cluster = ReplicatedCluster.in(folder, "j1")) {
            ReplicationClient client = cluster.client("m1");
            String journal = cluster.server("j1").journalId;
            Await.untilTrue("there is a link", LIMIT, () -> client.links().isUp(journal));
            cluster.stop("j1");
            cluster.events.await(ReplicationEvent.JournalUnreachable.class);
            Await.untilTrue(
                    "messages are dropped",
                    LIMIT,
                    () -> {
                        client.links().send(journal, new Message.Fence(SEGMENT, 7));
                        return client.links().droppedMessages() > 0;
                    });
            assertThat(cluster.start("j1").journalId).isEqualTo(journal);
            cluster.events.await(ReplicationEvent.JournalReachable.class);
            assertThat(cluster.events.of(ReplicationEvent.NodeNamed.class))
                    .isEqualTo(List.of(new ReplicationEvent.NodeNamed(journal, false)));
        }
    }
}
