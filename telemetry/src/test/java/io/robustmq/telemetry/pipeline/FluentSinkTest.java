package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.ForwardServer.Manner;
import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.FluentOptions;
import io.robustmq.telemetry.pipeline.PipelineSettings.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the sink makes of each trouble with a forward receiver, and that it ships afterwards. */
class FluentSinkTest {
    private ForwardServer server;
    private FluentSink sink;

    @BeforeEach
    void reserve() throws IOException {
        server = new ForwardServer(0);
        sink = sink(server.address(), FluentOptions.defaults());
    }

    @AfterEach
    void close() throws IOException {
        sink.close();
        server.close();
    }

    @Test
    void batches_go_one_after_another_through_one_connection() throws Exception {
        server.open();
        ships(1);
        ships(10);
        assertThat(server.numbers("next_offset"))
                .isEqualTo(LongStream.range(1, 19).boxed().toList());
        assertThat(server.connectionCount()).isEqualTo(1);
    }

    @Test
    void compressed_records_are_the_same() throws Exception {
        server.open();
        ships(1);
        var plain = server.records().stream().toList();
        server.records().clear();
        FluentOptions options = FluentOptions.defaults();
        sink.close();
        sink =
                sink(
                        server.address(),
                        new FluentOptions(
                                false,
                                Tls.NONE,
                                Secret.NONE,
                                "",
                                Secret.NONE,
                                Compression.GZIP,
                                options.timeout()));
        ships(1);
        assertThat(server.records()).isEqualTo(plain);
    }

    @ParameterizedTest
    @CsvSource({
        "SILENT, no acknowledgement within 500 ms",
        "BREAK_OFF, it closed the connection",
        "GARBAGE, its answer is not the forward protocol",
        "OTHER_CHUNK, it acknowledged another batch than it was sent",
    })
    void without_an_acknowledgement_it_is_not_shipped(Manner manner, String says) throws Exception {
        server.manner(manner);
        server.open();
        fails(says);
        server.manner(Manner.ACKNOWLEDGE);
        ships(1);
    }

    @Test
    void one_that_is_not_there_may_come() throws Exception {
        fails("cannot connect: Connection refused");
        server.open();
        ships(1);
    }

    @Test
    void one_that_takes_connections_and_reads_nothing_is_given_up_in_time() throws Exception {
        int port = server.address().getPort();
        try (RawServer _ = RawServer.silent(port)) {
            Throwable small = catchThrowable(() -> ships(1));
            assertThat(small).hasMessageEndingWith(": no acknowledgement within 500 ms");
            Throwable large = catchThrowable(() -> sink.ship(FlatRecords.numbered(1, 100_000)));
            assertThat(large)
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageEndingWith(": it does not take a batch within 1000 ms");
        }
        server.open();
        Running.await("ships again", () -> catchThrowable(() -> ships(1)) == null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 400 Bad Request\r\n\r\n",
                "\u00dd\u007f\u00ff\u00ff\u00ff", // an array of two billions
                "\u00df\u007f\u00ff\u00ff\u00ff", // so large a map
                "\u0081\u00a3ack\u00db\u007f\u00ff\u00ff\u00ff", // so long a chunk id
                "\u0081\u00a3ack\u0007",
                "\u00c1",
            })
    void garbage_is_no_acknowledgement(String garbage) throws Exception {
        try (RawServer _ = RawServer.saying(server.address().getPort(), garbage)) {
            assertThat(catchThrowable(() -> ships(1)))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageStartingWith(sink.endpoint() + ": ");
        }
        server.open();
        Running.await("ships again", () -> catchThrowable(() -> ships(1)) == null);
    }

    @Test
    void a_name_that_dns_does_not_know_yet_is_looked_up_again() throws Exception {
        sink.close();
        sink =
                sink(
                        InetSocketAddress.createUnresolved(
                                "forward.gone.test", server.address().getPort()),
                        FluentOptions.defaults());
        server.open();
        fails("DNS has no address for it");
        TestDns.add("forward.gone.test");
        Running.await("found", () -> catchThrowable(() -> ships(1)) == null);
    }

    @Test
    void a_shared_key_opens_the_door() throws Exception {
        sink.close();
        sink = sink(server.address(), withKey("key", "", ""));
        server.secrets(new ForwardServer.Secrets("key", "", ""));
        server.open();
        ships(1);
        assertThat(server.records()).hasSize(9);
    }

    @Test
    void so_do_user_name_and_password() throws Exception {
        sink.close();
        sink = sink(server.address(), withKey("key", "ann", "secret"));
        server.secrets(new ForwardServer.Secrets("key", "ann", "secret"));
        server.open();
        ships(1);
    }

    @Test
    void a_wrong_key_or_password_is_told_and_waited_for() throws Exception {
        sink.close();
        sink = sink(server.address(), withKey("key", "ann", "secret"));
        server.secrets(new ForwardServer.Secrets("another", "", ""));
        server.open();
        fails("it refuses the connection: shared_key mismatch");
        server.secrets(new ForwardServer.Secrets("key", "ann", "another"));
        fails("it refuses the connection: username/password mismatch");
        server.secrets(new ForwardServer.Secrets("key", "ann", "secret"));
        ships(1);
    }

    @Test
    void a_receiver_that_wants_a_key_that_we_do_not_have_says_so() throws Exception {
        server.secrets(new ForwardServer.Secrets("key", "", ""));
        server.open();
        fails("it asks for a shared key (sinks.fluent.shared-key)");
        server.secrets(null);
        ships(1);
    }

    @Test
    void a_receiver_that_does_not_ask_for_the_key_is_another_one() throws Exception {
        sink.close();
        sink = sink(server.address(), withKey("key", "", ""));
        server.open();
        fails("no greeting that asks for the shared key within 1000 ms");
        server.secrets(new ForwardServer.Secrets("key", "", ""));
        ships(1);
    }

    @Test
    void a_receiver_that_does_not_know_the_key_itself_gets_nothing() throws Exception {
        sink.close();
        sink = sink(server.address(), withKey("key", "", ""));
        String says =
                "\u0092\u00a4HELO\u0081\u00a5nonce\u00a1x"
                        + "\u0095\u00a4PONG\u00c3\u00a0\u00a6server\u00a4fake";
        try (RawServer _ = RawServer.saying(server.address().getPort(), says)) {
            fails("it does not know the shared key itself");
        }
    }

    @Test
    void an_interrupt_ends_the_waiting() throws Exception {
        server.manner(Manner.SILENT);
        server.open();
        sink.close();
        sink = sink(server.address(), FluentOptions.defaults(), Duration.ofMinutes(5));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread shipping =
                Thread.ofPlatform().start(() -> thrown.set(catchThrowable(() -> ships(1))));
        Running.await("asked", server::asked);
        shipping.interrupt();
        shipping.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }

    private void ships(long from) throws IOException, InterruptedException {
        sink.ship(FlatRecords.numbered(from, 9));
    }

    private void fails(String says) {
        assertThat(catchThrowable(() -> ships(1)))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(sink.endpoint() + ": " + says);
    }

    private static FluentOptions withKey(String key, String userName, String password) {
        return new FluentOptions(
                false,
                Tls.NONE,
                new Secret(key),
                userName,
                new Secret(password),
                Compression.NONE,
                Duration.ofSeconds(1));
    }

    private static FluentSink sink(InetSocketAddress address, FluentOptions options) {
        return sink(address, options, Duration.ofMillis(500));
    }

    private static FluentSink sink(
            InetSocketAddress address, FluentOptions options, Duration ackTimeout) {
        return new FluentSink(
                new PipelineSettings.Fluent(
                        true,
                        address,
                        "robustmq",
                        Severity.INFO,
                        ackTimeout,
                        new FluentOptions(
                                options.encrypted(),
                                options.tls(),
                                options.sharedKey(),
                                options.userName(),
                                options.password(),
                                options.compression(),
                                Duration.ofSeconds(1))));
    }
}
