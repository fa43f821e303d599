package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.PipelineSettings.Compression;
import io.robustmq.telemetry.pipeline.PipelineSettings.OtlpProtocol;
import io.robustmq.telemetry.pipeline.PipelineSettings.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Certificates that are wrong in each way, and what happens when that is mended, at the receiver or
 * in our files: the same sink ships.
 */
class TlsSinkTest {
    @TempDir static Path folder;

    private static Certificates ours;
    private static Certificates.Identity server;
    private static Certificates.Identity client;
    private static Certificates.Identity strangersClient;
    private static SSLContext good;
    private static SSLContext goodMutual;
    private static SSLContext expired;
    private static SSLContext nameless;
    private static SSLContext strangers;

    @BeforeAll
    static void make() throws Exception {
        ours = Certificates.authority(folder, "ours");
        server = ours.good("server");
        client = ours.good("client");
        good = ours.server(server, false);
        goodMutual = ours.server(server, true);
        expired = ours.server(ours.expired("expired"), false);
        nameless = ours.server(ours.withoutOurName("nameless"), false);
        Certificates others = Certificates.authority(folder, "others");
        strangersClient = others.good("strangers-client");
        strangers = others.server(others.good("stranger"), false);
    }

    /** The ways a batch can go. */
    enum Way {
        GRPC,
        HTTP,
        FORWARD
    }

    @ParameterizedTest
    @EnumSource
    void a_certificate_that_has_expired_is_refused_until_it_is_renewed(Way way) throws Exception {
        receiverIsMended(way, expired, "TLS: a certificate has expired: ");
    }

    @ParameterizedTest
    @EnumSource
    void a_certificate_of_another_authority_is_refused(Way way) throws Exception {
        receiverIsMended(way, strangers, "TLS: ");
    }

    @ParameterizedTest
    @EnumSource
    void a_certificate_for_another_name_is_refused(Way way) throws Exception {
        receiverIsMended(way, nameless, "TLS: ");
    }

    private static void receiverIsMended(Way way, SSLContext wrong, String says) throws Exception {
        try (Pair pair = new Pair(way, new Tls(ours.ca(), Path.of(""), Path.of("")))) {
            pair.start(wrong, false);
            assertThat(pair.fails())
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining(": " + says);
            pair.start(good, false);
            pair.ships();
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_receiver_without_tls_is_no_receiver_until_it_has_it(Way way) throws Exception {
        try (Pair pair = new Pair(way, new Tls(ours.ca(), Path.of(""), Path.of("")))) {
            pair.start(null, false);
            assertThat(pair.fails()).isExactlyInstanceOf(IOException.class);
            pair.start(good, false);
            pair.ships();
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_authority_that_is_put_into_the_file_is_trusted_without_a_restart(Way way)
            throws Exception {
        Path ca = folder.resolve("trusted-" + way + ".pem");
        Files.copy(folder.resolve("others.crt"), ca);
        try (Pair pair = new Pair(way, new Tls(ca, Path.of(""), Path.of("")))) {
            pair.start(good, false);
            assertThat(pair.fails())
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessageContaining(": TLS: ");
            Files.copy(ours.ca(), ca, StandardCopyOption.REPLACE_EXISTING);
            pair.ships();
        }
    }

    @ParameterizedTest
    @EnumSource
    void without_a_certificate_that_the_receiver_knows_nothing_is_shipped(Way way)
            throws Exception {
        Certificates.Identity files = copy(strangersClient, "client-" + way);
        try (Pair pair = new Pair(way, files.trusting(ours.ca()))) {
            pair.start(goodMutual, true);
            assertThat(pair.fails()).isExactlyInstanceOf(IOException.class);
            client.writeOver(files);
            pair.ships();
        }
        try (Pair pair = new Pair(way, new Tls(ours.ca(), Path.of(""), Path.of("")))) {
            pair.start(goodMutual, true);
            assertThat(pair.fails()).isExactlyInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_renewed_certificate_is_used_at_once_and_a_half_renewed_one_waited_for(Way way)
            throws Exception {
        Certificates.Identity files = copy(client, "renewed-" + way);
        try (Pair pair = new Pair(way, files.trusting(ours.ca()))) {
            pair.start(goodMutual, true);
            pair.ships();
            int before = pair.connections();
            pair.ships();
            assertThat(pair.connections()).isEqualTo(before);

            Files.writeString(files.key(), "half a file");
            pair.ships();
            server.writeOver(files);
            pair.ships();
            assertThat(pair.connections()).isEqualTo(before + 1);
        }
    }

    @Test
    void files_that_cannot_be_used_are_told_by_name() throws Exception {
        Path none = Path.of("");
        Path missing = folder.resolve("missing.pem");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "");
        assertThat(new Tls(ours.ca(), client.certificate(), client.key()).problem()).isEmpty();
        assertThat(new Tls(missing, none, none).problem()).isEqualTo(missing + " is not there");
        assertThat(new Tls(empty, none, none).problem())
                .isEqualTo(empty + " has no certificate in PEM");
        assertThat(new Tls(none, client.certificate(), client.certificate()).problem())
                .startsWith(client.certificate() + " has no private key in PEM as PKCS #8");
        try (Pair pair = new Pair(Way.HTTP, new Tls(missing, none, none))) {
            pair.start(good, false);
            assertThat(pair.fails()).hasMessageEndingWith(missing + " is not there");
            Files.copy(ours.ca(), missing);
            pair.ships();
        }
    }

    private static Certificates.Identity copy(Certificates.Identity of, String name)
            throws Exception {
        Certificates.Identity copy =
                new Certificates.Identity(
                        folder.resolve(name + ".crt"), folder.resolve(name + ".key"), of.store());
        Files.copy(of.certificate(), copy.certificate());
        Files.copy(of.key(), copy.key());
        return copy;
    }

    /** A sink, and what it sends to. */
    private static final class Pair implements AutoCloseable {
        private final Sink<FlatRecord> sink;
        private final ScriptedCollector collector;
        private final ForwardServer forward;
        private final boolean isForward;

        Pair(Way way, Tls tls) throws IOException {
            isForward = way == Way.FORWARD;
            OtlpProtocol protocol = way == Way.HTTP ? OtlpProtocol.HTTP : OtlpProtocol.GRPC;
            collector = new ScriptedCollector(protocol);
            forward = new ForwardServer(0);
            sink = isForward ? new FluentSink(forwarding(tls)) : exporting(protocol, tls);
        }

        private PipelineSettings.Fluent forwarding(Tls tls) {
            return new PipelineSettings.Fluent(
                    true,
                    forward.address(),
                    "robustmq",
                    Severity.INFO,
                    Duration.ofSeconds(2),
                    new PipelineSettings.FluentOptions(
                            true,
                            tls,
                            Secret.NONE,
                            "",
                            Secret.NONE,
                            Compression.NONE,
                            Duration.ofSeconds(2)));
        }

        private OtlpLogSink exporting(OtlpProtocol protocol, Tls tls) {
            PipelineSettings.Otlp settings =
                    new PipelineSettings.Otlp(
                            true,
                            protocol,
                            collector.encrypted(),
                            true,
                            false,
                            false,
                            Severity.INFO,
                            300,
                            false,
                            Duration.ofSeconds(2),
                            Duration.ofSeconds(1),
                            new PipelineSettings.OtlpOptions(
                                    Map.of(), Map.of(), Compression.NONE, tls, Map.of()));
            return new OtlpLogSink(settings, new Resources(Samples.NODE));
        }

        void start(@Nullable SSLContext tls, boolean mutual) throws Exception {
            if (isForward) {
                forward.close();
                forward.tls(tls, mutual);
                forward.open();
            } else {
                collector.start(tls, mutual);
            }
        }

        int connections() {
            return isForward
                    ? forward.connectionCount()
                    : (int)
                            collector.requests().stream()
                                    .map(RecordedRequest::getConnectionIndex)
                                    .distinct()
                                    .count();
        }

        void ships() throws Exception {
            sink.ship(FlatRecords.numbered(1, 9));
        }

        Throwable fails() {
            return catchThrowable(this::ships);
        }

        @Override
        public void close() throws IOException {
            sink.close();
            collector.close();
            forward.close();
        }
    }
}
