package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.server.DataClient.Answer;
import io.robustmq.server.DataClient.Frames;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.DataWire.Operation;
import io.robustmq.server.wire.ClusterConfig;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.JournalEvent.ClientEnding;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataServerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir Path folder;
    private TestJournalServer server;
    private DataClient client;

    @BeforeEach
    void start() throws IOException {
        server =
                TestJournalServer.in(
                        folder,
                        "tcp.max-connections=3",
                        "tcp.max-frame-size=64KiB",
                        "tcp.max-in-flight=8",
                        "journal.max-shards=3",
                        "journal.max-segment-size=1MiB");
        client = server.client();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    // Hello

    @Test
    void the_hello_tells_the_limits() throws Exception {
        assertThat(client.hello).isEqualTo(new DataClient.Hello(1, 0, 64 * 1024, 8));
        assertThat(server.events.await(JournalEvent.ClientConnected.class).remoteAddr())
                .isNotEmpty();
    }

    @Test
    void another_version_is_told_which_one_is_spoken_and_hung_up_on() throws Exception {
        try (DataClient other = DataClient.hello(server.data.localAddress(), DataWire.MAGIC, 2)) {
            assertThat(other.hello.version()).isEqualTo(1);
            assertThat(other.hello.code()).isEqualTo(Code.UNSUPPORTED_VERSION.number());
            assertThat(other.isAtEnd()).isTrue();
            assertThat(server.events.await(JournalEvent.ClientRefused.class))
                    .returns("unsupported_version", JournalEvent.ClientRefused::code)
                    .returns(
                            "version 1 is spoken, asked for was 2",
                            JournalEvent.ClientRefused::detail);
        }
    }

    @Test
    void who_speaks_something_else_is_hung_up_on() throws Exception {
        try (DataClient other = DataClient.hello(server.data.localAddress(), 0x47455420, 0x2f20)) {
            assertThat(other.hello.code()).isEqualTo(Code.MALFORMED.number());
            assertThat(other.isAtEnd()).isTrue();
        }
    }

    @Test
    void one_connection_more_than_allowed_is_told_so() throws Exception {
        try (DataClient second = server.client();
                DataClient third = server.client();
                DataClient fourth =
                        DataClient.hello(server.data.localAddress(), DataWire.MAGIC, 1)) {
            assertThat(fourth.hello.code()).isEqualTo(Code.TOO_MANY_CONNECTIONS.number());
            assertThat(fourth.isAtEnd()).isTrue();
            assertThat(server.events.await(JournalEvent.ClientRefused.class).detail())
                    .isEqualTo("tcp.max-connections is 3, with this one there are 4");
            assertThat(second.offset(second.append("a", "x"))).isZero();
            assertThat(third.offset(third.append("a", "y"))).isEqualTo(1);
        }
        Await.untilTrue("one is left", LIMIT, () -> server.data.counters().connections.get() == 1);
        try (DataClient again = server.client()) {
            assertThat(again.offset(again.append("a", "z"))).isEqualTo(2);
        }
    }

    // Append and read

    @Test
    void what_was_appended_is_read_back_with_its_offsets() throws Exception {
        assertThat(client.offset(client.append("a", "one", "two"))).isZero();
        assertThat(client.offset(client.append("a", "three"))).isEqualTo(2);
        Frames frames = client.answer(client.read("a", 0, 1 << 20)).frames();
        assertThat(frames.texts()).containsExactly("one", "two", "three");
        assertThat(frames.offsets()).containsExactly(0L, 1L, 2L);
        assertThat(frames.next()).isEqualTo(3);
        assertThat(client.answer(client.read("a", 1, 1 << 20)).frames().texts())
                .containsExactly("two", "three");
    }

    @Test
    void a_read_gives_at_least_one_record_and_then_no_more_than_asked_for() throws Exception {
        client.offset(client.append("a", "x".repeat(1000), "y", "z"));
        assertThat(client.answer(client.read("a", 0, 1)).frames().offsets()).containsExactly(0L);
        assertThat(client.answer(client.read("a", 1, 40)).frames().offsets()).containsExactly(1L);
    }

    @Test
    void a_read_where_no_record_is_yet_gives_none() throws Exception {
        client.offset(client.append("a", "x"));
        Frames frames = client.answer(client.read("a", 1, 100)).frames();
        assertThat(frames.records()).isEmpty();
        assertThat(frames.next()).isEqualTo(1);
        assertRefused(client.read("a", 2, 100), Code.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void requests_are_pipelined_and_appends_keep_their_order() throws Exception {
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            ids.add(client.append("a", "record " + i)); // the first one creates the shard
        }
        for (int i = 0; i < 500; i++) {
            assertThat(client.offset(ids.get(i))).isEqualTo(i);
        }
        List<String> read = new ArrayList<>();
        long next = 0;
        while (next < 500) {
            Frames frames = client.answer(client.read("a", next, 1000)).frames();
            read.addAll(frames.texts());
            next = frames.next();
        }
        assertThat(read).hasSize(500).last().isEqualTo("record 499");
    }

    @Test
    void reads_go_on_over_the_ends_of_segments() throws Exception {
        Random random = new Random(7);
        int total = 0;
        for (int i = 0; i < 60; i++) {
            client.offset(client.append("a", "r".repeat(random.nextInt(60_000))));
            total++;
        }
        long next = 0;
        long seen = 0;
        while (next < total) {
            Frames frames = client.answer(client.read("a", next, 1 << 30)).frames();
            assertThat(frames.offsets().getFirst()).isEqualTo(next);
            next = frames.next();
            seen += frames.records().size();
        }
        assertThat(seen).isEqualTo(total);
        assertThat(server.journal.measures().segments()).isGreaterThan(2);
    }

    @Test
    void keys_are_kept_with_the_record() throws Exception {
        client.offset(client.appendWithKeys("a", new byte[] {'k'}, 7, -1));
        client.offset(client.append("a", "none"));
        List<Long> found = new ArrayList<>();
        server.shard("a")
                .readKey(
                        0,
                        -1,
                        (offset, millis, payload) -> {
                            found.add(offset);
                            return true;
                        });
        assertThat(found).containsExactly(0L);
    }

    @Test
    void offsets_are_told() throws Exception {
        client.offset(client.append("a", "x", "y"));
        Answer answer = client.answer(client.offsets("a"));
        assertThat(answer.body().getLong(0)).isZero();
        assertThat(answer.body().getLong(8)).isEqualTo(2);
    }

    // Tails

    @Test
    void a_tail_sends_what_is_there_and_what_comes() throws Exception {
        client.offset(client.append("a", "one"));
        int tail = client.tail("a", 0, 1 << 20);
        assertThat(client.answer(tail).frames().texts()).containsExactly("one");
        client.offset(client.append("a", "two"));
        assertThat(client.answer(tail).frames().texts()).containsExactly("two");
        client.endTail(tail);
        assertThat(client.answer(tail).code()).isEqualTo(Code.CLOSED);
        assertThat(server.data.counters().tails.get()).isZero();
    }

    @Test
    void a_tail_waits_for_credit() throws Exception {
        client.offset(client.append("a", "one", "two", "three"));
        int tail = client.tail("a", 0, 1); // one frame may always go over
        assertThat(client.answer(tail).frames().texts()).containsExactly("one");
        client.answer(client.offsets("a"));
        assertThat(client.answerNow(tail)).isNull();
        client.credit(tail, 34 + 33 + 1);
        List<String> more = new ArrayList<>(client.answer(tail).frames().texts());
        client.answer(client.offsets("a"));
        assertThat(client.answerNow(tail)).isNull();
        client.credit(tail, 1 << 20);
        while (more.size() < 2) {
            more.addAll(client.answer(tail).frames().texts());
        }
        assertThat(more).containsExactly("two", "three");
    }

    @Test
    void the_tail_of_a_shard_that_is_deleted_is_told_so() throws Exception {
        client.offset(client.append("a", "one"));
        int tail = client.tail("a", 1, 100);
        client.answer(client.offsets("a"));
        assertThat(server.shards.delete("a")).isNull();
        assertThat(client.answer(tail).code()).isEqualTo(Code.CLOSED);
    }

    @Test
    void a_client_that_does_not_read_costs_little_and_harms_nobody() throws Exception {
        for (int i = 0; i < 200; i++) {
            client.offset(client.append("a", "x".repeat(60_000)));
        }
        try (Socket slow =
                new Socket(
                        server.data.localAddress().getAddress(),
                        server.data.localAddress().getPort())) {
            slow.setReceiveBufferSize(4096);
            slow.getOutputStream().write(helloAndTail("a", Integer.MAX_VALUE));
            slow.getOutputStream().flush();
            Await.untilTrue("it follows", LIMIT, () -> server.data.counters().tails.get() == 1);
            for (int i = 0; i < 50; i++) {
                assertThat(client.offset(client.append("a", "y"))).isEqualTo(200 + i);
            }
            long sent = server.data.counters().sentBytes.sum();
            assertThat(sent).isLessThan(8 << 20); // of 12 MB: one piece waits, not all
        }
        Await.untilTrue("it is forgotten", LIMIT, () -> server.data.counters().tails.get() == 0);
    }

    private static byte[] helloAndTail(String shard, int credit) {
        ByteBuffer bytes = ByteBuffer.allocate(8 + 9 + 2 + 12);
        bytes.putInt(DataWire.MAGIC).putShort((short) 1).putShort((short) 0);
        bytes.putInt(5 + 2 + 12).put((byte) Operation.TAIL.number()).putInt(1);
        bytes.put((byte) 1).put((byte) shard.charAt(0)).putLong(0).putInt(credit);
        return bytes.array();
    }

    // What is refused

    @Test
    void each_refusal_has_its_code_its_text_and_its_event() throws Exception {
        client.offset(client.append("a", "x"));
        assertRefused(client.read("none", 0, 1), Code.NO_SUCH_SHARD);
        assertRefused(client.offsets("none"), Code.NO_SUCH_SHARD);
        assertRefused(client.append("Not a name", "x"), Code.WRONG_NAME);
        assertRefused(client.append(Catalogue.SHARD, "x"), Code.WRONG_NAME);
        assertRefused(client.send(99, new byte[0], 5), Code.UNKNOWN_OPERATION);
        assertRefused(client.credit(12345, 1), Code.NO_SUCH_TAIL);
        assertRefused(client.tail("a", 2, 1), Code.OFFSET_OUT_OF_RANGE);
        assertRefused(client.appendWithKeys("a", new byte[1], new int[9]), Code.APPEND_TOO_LARGE);
        client.offset(client.append("b", "x"));
        client.offset(client.append("c", "x"));
        assertRefused(client.append("d", "x"), Code.TOO_MANY_SHARDS);
        assertThat(server.data.counters().refusals(Code.NO_SUCH_SHARD)).isEqualTo(2);
        assertThat(client.offset(client.append("a", "still served"))).isEqualTo(1);
    }

    private void assertRefused(int request, Code code) throws Exception {
        Answer answer = client.answer(request);
        assertThat(answer.code()).isEqualTo(code);
        server.events.await(
                JournalEvent.RequestRefused.class,
                refused ->
                        refused.code().equals(code.label())
                                && refused.detail().equals(answer.text()));
    }

    @Test
    void a_frame_that_is_too_large_is_told_so_before_it_is_there_and_ends_the_connection()
            throws Exception {
        int request = client.send(Operation.APPEND.number(), new byte[0], 64 * 1024 + 1);
        Answer answer = client.answer(request);
        assertThat(answer.code()).isEqualTo(Code.FRAME_TOO_LARGE);
        assertThat(answer.text())
                .isEqualTo("tcp.max-frame-size is 65536 bytes, the length was 65537");
        client.awaitEnd();
        assertThat(server.events.await(JournalEvent.ClientClosed.class).ending())
                .isEqualTo(ClientEnding.REFUSED);
    }

    @Test
    void a_body_that_is_not_as_drawn_ends_the_connection() throws Exception {
        int request = client.send(Operation.APPEND, new byte[] {1, 'a', 0, 0, 0, 1, 0});
        assertThat(client.answer(request).code()).isEqualTo(Code.MALFORMED);
        client.awaitEnd();
    }

    @Test
    void random_bytes_never_do_more_than_end_their_own_connection() throws Exception {
        long seed = Long.getLong("seed", new Random().nextLong());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            try (DataClient other = server.client()) {
                byte[] bytes = new byte[random.nextInt(200)];
                random.nextBytes(bytes);
                if (bytes.length > 5 && random.nextBoolean()) { // a frame of random content
                    bytes[0] = bytes[1] = bytes[2] = 0;
                    bytes[3] = (byte) (bytes.length - 4);
                    bytes[4] = (byte) random.nextInt(8);
                }
                other.sendRaw(bytes);
            } catch (IOException hungUp) {
                // as it may
            }
        }
        assertThat(client.offset(client.append("zz", "still served"))).isZero();
        Await.untilTrue(
                "all is done", LIMIT, () -> server.data.counters().requestsInFlight.get() == 0);
        Await.untilTrue("nothing is held", LIMIT, () -> server.data.counters().held.get() == 0);
    }

    @Test
    void without_auto_creation_a_shard_must_be_created_first() throws Exception {
        server.shards.setClusterConfig(
                ClusterConfig.newBuilder().setEnableAutoCreateShard(false).build());
        Answer answer = client.answer(client.append("a", "x"));
        assertThat(answer.code()).isEqualTo(Code.NO_SUCH_SHARD);
        assertThat(answer.text()).contains("enable-auto-create-shard is false");
    }

    // The end

    @Test
    void when_the_server_stops_what_was_asked_is_answered_and_the_connection_ended()
            throws Exception {
        int tail = client.tail("a", 0, 1); // there is no such shard
        assertThat(client.answer(tail).code()).isEqualTo(Code.NO_SUCH_SHARD);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(client.append("a", "x".repeat(10_000)));
        }
        client.offset(ids.getFirst());
        server.data.close();
        client.awaitEnd();
        assertThat(server.events.await(JournalEvent.ClientClosed.class).ending())
                .isEqualTo(ClientEnding.SERVER_SHUTDOWN);
        long kept = server.shard("a").nextOffset();
        for (int i = 1; i < kept; i++) {
            assertThat(client.offset(ids.get(i))).isEqualTo(i);
        }
    }
}
