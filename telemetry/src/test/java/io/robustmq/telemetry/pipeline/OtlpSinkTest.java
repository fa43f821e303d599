package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the sink makes of each trouble with a collector, and that it ships when that is over. */
class OtlpSinkTest {
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final byte[] PARTIAL = HexFormat.of().parseHex("0a06080312026e6f");

    private final AtomicReference<Instant> now = new AtomicReference<>(Samples.NOON);
    private ScriptedCollector collector;
    private OtlpLogSink sink;

    @BeforeEach
    void reserve() throws IOException {
        open(OtlpProtocol.HTTP, Compression.NONE);
    }

    @AfterEach
    void close() {
        sink.close();
        collector.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_batch_arrives_with_headers_at_its_address(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.NONE);
        collector.start();
        ships();
        assertThat(collector.last().getTarget())
                .isEqualTo(
                        protocol == OtlpProtocol.HTTP
                                ? "/v1/logs"
                                : "/opentelemetry.proto.collector.logs.v1.LogsService/Export");
        assertThat(collector.last().getHeaders().get("authorization")).isEqualTo("Bearer x");
        assertThat(text(collector.lastMessage()))
                .contains("journal.closed", "shard-1", "shard-9", "deployment.environment");
    }

    @ParameterizedTest
    @CsvSource({"HTTP, , /v1/logs", "HTTP, /my/logs, /my/logs", "GRPC, , /opentelemetry."})
    void what_is_different_for_events_counts_and_their_own_address_is_taken_as_it_is(
            OtlpProtocol protocol, @Nullable String ownPath, String target) throws Exception {
        open(protocol, Compression.GZIP);
        sink.close();
        URI exact = URI.create(collector.plain() + (ownPath == null ? "" : ownPath));
        PipelineSettings.OtlpOptions options =
                new PipelineSettings.OtlpOptions(
                        ownPath == null ? Map.of() : Map.of(OtlpSignal.LOGS, exact),
                        Map.of("Authorization", new Secret("Bearer y")),
                        Compression.NONE,
                        PipelineSettings.Tls.NONE,
                        Map.of(),
                        Map.of(
                                OtlpSignal.LOGS,
                                new PipelineSettings.OtlpOwn(
                                        protocol,
                                        TIMEOUT,
                                        Map.of("Authorization", new Secret("Bearer own")),
                                        Compression.GZIP,
                                        PipelineSettings.Tls.NONE)));
        OtlpProtocol others = protocol == OtlpProtocol.GRPC ? OtlpProtocol.HTTP : OtlpProtocol.GRPC;
        sink = sink(settings(others, collector.plain(), options));
        collector.start();
        ships();
        assertThat(collector.last().getTarget()).startsWith(target);
        assertThat(collector.last().getHeaders().get("authorization")).isEqualTo("Bearer own");
        assertThat(text(collector.lastMessage())).contains("journal.closed");
    }

    @ParameterizedTest
    @EnumSource
    void compressed_it_is_the_same(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.GZIP);
        collector.start();
        ships();
        byte[] compressed = collector.lastMessage();
        sink.close();
        collector.close();
        open(protocol, Compression.NONE);
        collector.start();
        ships();
        assertThat(compressed).isEqualTo(collector.lastMessage());
    }

    @ParameterizedTest
    @EnumSource
    void what_the_collector_rejects_of_a_batch_is_told(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.NONE);
        collector.start();
        collector.next(collector.taken(PARTIAL));
        Throwable thrown = fails();
        assertThat(thrown)
                .isInstanceOf(Sink.PartlyRefusedException.class)
                .hasMessage(sink.endpoint() + ": 3 rejected: no");
        assertThat(((Sink.PartlyRefusedException) thrown).refused()).isEqualTo(3);
        ships();
    }

    @ParameterizedTest
    @EnumSource
    void a_collector_that_is_busy_says_for_how_long(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.NONE);
        collector.start();
        collector.next(collector.busy());
        Throwable thrown = fails();
        assertThat(thrown).isInstanceOf(Sink.BusyException.class);
        assertThat(((Sink.BusyException) thrown).retryAfter().toSeconds()).isEqualTo(7);
        ships();
    }

    @ParameterizedTest
    @EnumSource
    void what_it_refuses_for_good_is_told(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.NONE);
        collector.start();
        collector.next(collector.failed(400, 3));
        assertThat(fails()).isInstanceOf(Sink.RefusedException.class);
        ships();
    }

    @ParameterizedTest
    @CsvSource({"401, 16", "403, 7", "404, 12", "503, 14"})
    void credentials_paths_and_overload_are_tried_again(int http, int grpc) throws Exception {
        for (OtlpProtocol protocol : OtlpProtocol.values()) {
            open(protocol, Compression.NONE);
            collector.start();
            collector.next(collector.failed(http, grpc));
            assertThat(fails())
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageStartingWith(sink.endpoint() + ": ");
            ships();
            close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void one_that_hangs_is_given_up_in_time(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.NONE);
        collector.start();
        collector.hangNext();
        assertThat(fails())
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(sink.endpoint() + ": no answer within 500 ms");
        ships();
    }

    @ParameterizedTest
    @EnumSource
    void one_that_breaks_off_is_asked_again(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.NONE);
        collector.start();
        ships();
        // more than once: a connection that was idle may have been broken before, so that is tried
        for (int i = 0; i < 5; i++) {
            collector.breakOffNext();
        }
        assertThat(fails())
                .isExactlyInstanceOf(IOException.class)
                .hasMessageStartingWith(sink.endpoint() + ": ");
        Running.await("ships again", () -> catchThrowable(this::ships) == null);
    }

    @ParameterizedTest
    @EnumSource
    void one_that_is_not_there_may_come(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.NONE);
        assertThat(fails())
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(sink.endpoint() + ": cannot connect: Connection refused");
        collector.start();
        ships();
        collector.close();
        assertThat(fails()).isExactlyInstanceOf(IOException.class);
        collector.start();
        ships();
    }

    @ParameterizedTest
    @EnumSource
    void one_that_takes_connections_and_no_more_is_given_up_in_time(OtlpProtocol protocol)
            throws Exception {
        open(protocol, Compression.NONE);
        try (RawServer _ = RawServer.silent(collector.port())) {
            assertThat(fails())
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage(sink.endpoint() + ": no answer within 500 ms");
        }
        collector.start();
        ships();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf an answer",
                "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 2\r\n\r\n\b",
                "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                "\u0000\u0000\u0004\b\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
            })
    void garbage_is_no_answer(String garbage) throws Exception {
        for (OtlpProtocol protocol : OtlpProtocol.values()) {
            open(protocol, Compression.NONE);
            try (RawServer _ = RawServer.saying(collector.port(), garbage)) {
                assertThat(fails())
                        .isExactlyInstanceOf(IOException.class)
                        .hasMessageStartingWith(sink.endpoint() + ": ");
            }
            collector.start();
            ships();
            close();
        }
    }

    @Test
    void an_answer_without_end_is_cut_off() throws Exception {
        open(OtlpProtocol.HTTP, Compression.NONE);
        try (RawServer _ =
                RawServer.sayingWithoutEnd(
                        collector.port(),
                        "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\n\r\n")) {
            assertThat(fails())
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining("longer than 65536 bytes");
        }
        collector.start();
        ships();
    }

    @ParameterizedTest
    @EnumSource
    void a_name_that_dns_does_not_know_yet_is_looked_up_again(OtlpProtocol protocol)
            throws Exception {
        collector = new ScriptedCollector(protocol);
        String name = "otlp-" + protocol.name().toLowerCase(Locale.ROOT) + ".gone.test";
        URI endpoint = URI.create("http://" + name + ":" + collector.port());
        sink = sink(settings(protocol, endpoint, Compression.NONE));
        collector.start();
        assertThat(fails())
                .isExactlyInstanceOf(IOException.class)
                .hasMessage(sink.endpoint() + ": DNS has no address for it");
        TestDns.add(name);
        Running.await("found", () -> catchThrowable(this::ships) == null);
    }

    @ParameterizedTest
    @EnumSource
    void one_that_fails_at_a_record_for_long_is_not_asked_again(OtlpProtocol protocol)
            throws Exception {
        open(protocol, Compression.NONE);
        collector.start();
        collector.next(collector.failed(500, 13));
        assertThat(fails()).isInstanceOf(OtlpAnswer.UnclearException.class);
        now.set(now.get().plus(Duration.ofMinutes(14)));
        collector.next(collector.failed(500, 13));
        assertThat(fails()).isInstanceOf(OtlpAnswer.UnclearException.class);
        now.set(now.get().plus(Duration.ofMinutes(1)));
        collector.next(collector.failed(500, 13));
        assertThat(fails()).isInstanceOf(Sink.RefusedException.class);
        // then come the halves: the second one has it
        sink.ship(FlatRecords.numbered(1, 5));
        collector.next(collector.failed(500, 13));
        assertThat(catchThrowable(() -> sink.ship(FlatRecords.numbered(6, 4))))
                .isInstanceOf(Sink.RefusedException.class);
        // what comes after it starts anew
        sink.ship(FlatRecords.numbered(10, 4));
        collector.next(collector.failed(500, 13));
        assertThat(fails()).isInstanceOf(OtlpAnswer.UnclearException.class);
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_ends_the_waiting(OtlpProtocol protocol) throws Exception {
        open(protocol, Compression.NONE);
        collector.start();
        collector.hangNext();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread shipping = Thread.ofPlatform().start(() -> thrown.set(catchThrowable(this::ships)));
        Running.await("asked", () -> !collector.requests().isEmpty());
        shipping.interrupt();
        shipping.join();
        assertThat(thrown.get())
                .satisfiesAnyOf(
                        t -> assertThat(t).isInstanceOf(InterruptedException.class),
                        // it was quicker
                        t -> assertThat(t).hasMessageEndingWith("no answer within 500 ms"));
    }

    private void open(OtlpProtocol protocol, Compression compression) throws IOException {
        collector = new ScriptedCollector(protocol);
        sink = sink(settings(protocol, collector.plain(), compression));
    }

    private OtlpLogSink sink(PipelineSettings.Otlp settings) {
        return new OtlpLogSink(
                settings,
                new Resources(Samples.NODE, Map.of("deployment.environment", "test")),
                now::get);
    }

    private void ships() throws IOException, InterruptedException {
        sink.ship(FlatRecords.numbered(1, 9));
    }

    private Throwable fails() {
        return catchThrowable(this::ships);
    }

    private static PipelineSettings.Otlp settings(
            OtlpProtocol protocol, URI endpoint, Compression compression) {
        return settings(
                protocol,
                endpoint,
                new PipelineSettings.OtlpOptions(
                        Map.of(),
                        Map.of("Authorization", new Secret("Bearer x")),
                        compression,
                        PipelineSettings.Tls.NONE,
                        Map.of()));
    }

    static PipelineSettings.Otlp settings(
            OtlpProtocol protocol, URI endpoint, PipelineSettings.OtlpOptions options) {
        return new PipelineSettings.Otlp(
                true,
                protocol,
                endpoint,
                true,
                false,
                false,
                Severity.INFO,
                300,
                false,
                TIMEOUT,
                Duration.ofSeconds(1),
                options);
    }

    private static String text(byte[] message) {
        return new String(message, StandardCharsets.ISO_8859_1);
    }
}
