package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.robustmq.server.wire.DeliverRequest;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages between members, over real gRPC. */
@SuppressWarnings("NullAway.Init")
class MemberLinkTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path folder;

    private final int port = FreePorts.one();
    private final RecordingEvents events = new RecordingEvents();
    private final List<byte[]> came = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private GrpcEndpoint serve(ServerCredentials credentials) throws IOException {
        MemberMessages messages = new MemberMessages(came::add, (method, status) -> {});
        GrpcEndpoint endpoint =
                new GrpcEndpoint(
                        new InetSocketAddress("127.0.0.1", port),
                        credentials,
                        List.of(messages.service()));
        endpoint.open();
        open.add(endpoint);
        return endpoint;
    }

    private MemberLink link(ChannelCredentials credentials) {
        return link(credentials, System::nanoTime);
    }

    private MemberLink link(ChannelCredentials credentials, LongSupplier nanoTime) {
        MemberLink link =
                new MemberLink(
                        "other",
                        "127.0.0.1:" + port,
                        Grpc.newChannelBuilder("127.0.0.1:" + port, credentials).build(),
                        nanoTime,
                        events);
        open.add(link);
        return link;
    }

    private MemberLink link() {
        return link(InsecureChannelCredentials.create());
    }

    private void awaitSent(MemberLink link, byte[] message) throws Exception {
        Await.untilTrue("it is taken", LIMIT, () -> link.send(message));
    }

    private static byte[] bytes(int size, int seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void messages_come_in_their_order_and_large_ones_whole() throws Exception {
        serve(InsecureServerCredentials.create());
        MemberLink link = link();
        int[] sizes = {
            0, 1, 100, MemberLink.REQUEST_BYTES, MemberLink.REQUEST_BYTES + 1, 5_000_000, 7
        };
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] message = bytes(sizes[i % sizes.length] / (i < sizes.length ? 1 : 100), i);
            sent.add(message);
            assertThat(link.send(message)).isTrue();
        }
        Await.untilTrue("all are there", LIMIT, () -> came.size() == sent.size());
        for (int i = 0; i < sent.size(); i++) {
            assertThat(Arrays.equals(came.get(i), sent.get(i))).as("message " + i).isTrue();
        }
        assertThat(link.isUp()).isTrue();
    }

    @Test
    void a_member_that_is_away_costs_nothing_and_is_told_of_once_each_way() throws Exception {
        MemberLink link = link();
        assertThat(link.send(bytes(10, 1))).isTrue();
        PlacementEvent.MemberUnreachable lost =
                events.await(PlacementEvent.MemberUnreachable.class);
        assertThat(lost.member()).isEqualTo("other");
        assertThat(lost.address()).isEqualTo("127.0.0.1:" + port);
        Await.untilTrue(
                "what is sent while it is away is dropped", LIMIT, () -> !link.send(new byte[1]));
        assertThat(link.isUp()).isFalse();

        serve(InsecureServerCredentials.create());
        Await.untilTrue(
                "it is up again",
                LIMIT,
                () -> {
                    link.send(bytes(20, 2));
                    return link.isUp();
                });
        events.await(PlacementEvent.MemberReachable.class);
        assertThat(came).isNotEmpty().allMatch(each -> each.length == 20);
        assertThat(events.of(PlacementEvent.MemberUnreachable.class)).hasSize(1);
    }

    @Test
    void a_member_that_restarts_gets_what_is_sent_later() throws Exception {
        GrpcEndpoint first = serve(InsecureServerCredentials.create());
        MemberLink link = link();
        awaitSent(link, bytes(3, 1));
        Await.untilTrue("it is there", LIMIT, () -> came.size() == 1);
        first.close();
        open.remove(first);
        serve(InsecureServerCredentials.create());
        Await.untilTrue(
                "one comes",
                LIMIT,
                () -> {
                    link.send(bytes(4, 2));
                    return came.size() > 1;
                });
    }

    @Test
    void what_is_more_than_may_wait_is_refused() {
        MemberLink link = link();
        byte[] large = new byte[MemberLink.MAX_WAITING_BYTES / 4];
        int taken = 0;
        while (taken < 6 && link.send(large)) {
            taken++;
        }
        assertThat(taken).isBetween(1, 5);
    }

    @Test
    void with_mutual_tls_only_those_of_the_authority_are_heard() throws Exception {
        TestCertificates authority = TestCertificates.authority("cluster");
        ClusterTls ours = tls("ours", authority, authority);
        ClusterTls strangers = tls("strangers", TestCertificates.authority("other"), authority);
        serve(ours.ofServer());

        MemberLink stranger = link(strangers.ofClient());
        stranger.send(bytes(5, 1));
        events.await(PlacementEvent.MemberUnreachable.class);
        MemberLink nobody = link(InsecureChannelCredentials.create());
        nobody.send(bytes(6, 1));
        Await.untilTrue("it is not heard", LIMIT, () -> !nobody.isUp());

        MemberLink known = link(tls("known", authority, authority).ofClient());
        known.send(bytes(7, 1));
        Await.untilTrue("it comes", LIMIT, () -> !came.isEmpty());
        assertThat(came).allMatch(each -> each.length == 7);
    }

    @Test
    void a_server_that_another_authority_signed_is_not_spoken_to() throws Exception {
        TestCertificates authority = TestCertificates.authority("cluster");
        serve(tls("false", TestCertificates.authority("other"), authority).ofServer());
        MemberLink link = link(tls("ours", authority, authority).ofClient());
        link.send(bytes(5, 1));
        Await.untilTrue("it is not heard", LIMIT, () -> !link.isUp());
        assertThat(came).isEmpty();
    }

    private ClusterTls tls(String name, TestCertificates signs, TestCertificates trusted)
            throws IOException {
        Path ca = trusted.write(folder.resolve(name + "-ca.pem"));
        Path certificate = folder.resolve(name + ".pem");
        Path key = folder.resolve(name + "-key.pem");
        signs.server("127.0.0.1").write(certificate, key);
        ClusterTls tls = ClusterTls.load(new ClusterTls.Files(certificate, key, ca));
        open.add(tls);
        return tls;
    }

    @Test
    void a_message_of_which_a_part_is_missing_is_not_handed_over() throws Exception {
        MemberMessages messages = new MemberMessages(came::add, (method, status) -> {});
        MemberMessages.Arrival one = messages.new Arrival();
        MemberMessages.Arrival other = messages.new Arrival();
        one.answer(part(true, "be"));
        other.answer(part(true, "other be"));
        one.answer(part(false, "gun", "next"));
        assertThat(came).extracting(String::new).containsExactly("begun", "next");

        one.answer(part(true, "be"));
        MemberMessages.Arrival after = messages.new Arrival();
        after.answer(part(false, "later"));
        other.answer(part(false, "gun"));
        assertThat(came)
                .extracting(String::new)
                .containsExactly("begun", "next", "later", "other begun");
    }

    private static DeliverRequest part(boolean more, String... messages) {
        DeliverRequest.Builder request = DeliverRequest.newBuilder().setMore(more);
        for (String each : messages) {
            request.addMessages(ByteString.copyFromUtf8(each));
        }
        return request.build();
    }

    @Test
    void only_what_asks_for_an_answer_is_answered() throws Exception {
        MemberMessages messages = new MemberMessages(came::add, (method, status) -> {});
        MemberMessages.Arrival call = messages.new Arrival();
        assertThat(call.answer(part(false, "a"))).isNull();
        assertThat(call.answer(part(false, "a").toBuilder().setAnswer(true).build())).isNotNull();
    }

    /** As one that was stopped: its machine acknowledges what comes, and nobody reads it. */
    @Test
    void a_member_that_does_not_answer_is_told_of_and_tried_again() throws Exception {
        AtomicLong nanos = new AtomicLong();
        try (ServerSocket stopped = new ServerSocket(port, 10, InetAddress.getLoopbackAddress())) {
            MemberLink link = link(InsecureChannelCredentials.create(), nanos::get);
            assertThat(link.send(bytes(1, 1))).isTrue();
            nanos.addAndGet(Duration.ofSeconds(5).toNanos());
            assertThat(link.send(bytes(1, 1))).as("not late yet").isTrue();
            assertThat(link.isUp()).isTrue();
            nanos.addAndGet(1);
            assertThat(link.send(bytes(1, 1))).as("late, and paused").isFalse();
            assertThat(link.isUp()).isFalse();
            PlacementEvent.MemberUnreachable lost =
                    events.await(PlacementEvent.MemberUnreachable.class);
            assertThat(lost.failure().errorMsg()).contains("no answer for more than 5 s");
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            assertThat(link.send(bytes(1, 1))).as("again").isTrue();
            assertThat(stopped.getLocalPort()).isEqualTo(port);
        }
    }
}
