package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.broker.TlsSettings.ClientCertificates;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.testkit.TestCertificates;
import io.robustmq.testkit.TestCertificates.Signed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TlsTest {
    private static final TestCertificates AUTHORITY = TestCertificates.authority("authority");
    private static final TestCertificates STRANGER = TestCertificates.authority("stranger");

    @TempDir Path folder;

    private @Nullable TestBroker broker;

    private Path file(String name) {
        return folder.resolve(name);
    }

    private TlsSettings.Files write(Signed signed, String name) throws IOException {
        TlsSettings.Files files = new TlsSettings.Files(file(name + ".pem"), file(name + ".key"));
        signed.write(files.certificate(), files.key());
        return files;
    }

    private TlsSettings settings(
            TlsSettings.Identity identity,
            List<TlsSettings.Named> named,
            ClientCertificates clients,
            TlsSettings.Provider provider)
            throws IOException {
        return new TlsSettings(
                identity,
                named,
                clients == ClientCertificates.NONE ? null : AUTHORITY.write(file("ca.pem")),
                clients,
                List.of("TLSv1.3", "TLSv1.2"),
                List.of(),
                provider,
                Duration.ofSeconds(20),
                100,
                Duration.ofMillis(100));
    }

    private TlsSettings plain() throws IOException {
        return settings(
                write(AUTHORITY.server("localhost", "127.0.0.1"), "server"),
                List.of(),
                ClientCertificates.NONE,
                TlsSettings.Provider.AUTO);
    }

    private TestBroker open(TlsSettings tls) throws IOException {
        return open(
                List.of(
                        ListenerSettings.tls(new InetSocketAddress("127.0.0.1", 0), tls),
                        ListenerSettings.quic(new InetSocketAddress("127.0.0.1", 0), tls)));
    }

    private TestBroker open(List<ListenerSettings> listeners) throws IOException {
        TestBroker opened =
                TestBroker.open(
                        TestBroker.with(
                                TestBroker.settings(2),
                                new BrokerSettings.Connections(
                                        listeners, 2, 100, Duration.ofSeconds(10))));
        broker = opened;
        return opened;
    }

    @AfterEach
    void close() {
        if (broker != null) {
            broker.close();
        }
    }

    private static InetSocketAddress address(TestBroker of, int listener) {
        return (InetSocketAddress) of.broker.listeners().get(listener).address();
    }

    private static void connects(TestBroker to, SSLContext context) throws Exception {
        try (RawClient client = new RawClient(Wires.tls(address(to, 0), context), MqttVersion.V5)) {
            client.connect("client");
            assertThat(client.untilPong()).isEmpty();
        }
    }

    private static ClientOrigin origin(TestBroker of) throws InterruptedException {
        TestBroker.waitUntil(() ->
                of.broker.loops().stream()
                        .flatMap(loop -> loop.connections().stream())
                        .anyMatch(Connection::isConnected));
        return of.broker.loops().stream()
                .flatMap(loop -> loop.connections().stream())
                .filter(Connection::isConnected)
                .findFirst()
                .orElseThrow()
                .origin();
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void a_required_client_certificate_is_verified_and_becomes_the_origin(
            TlsSettings.Provider provider) throws Exception {
        TestBroker opened =
                open(
                        settings(
                                write(AUTHORITY.server("localhost", "127.0.0.1"), "server"),
                                List.of(),
                                ClientCertificates.REQUIRED,
                                provider));
        Signed good = AUTHORITY.client("sensor-7");
        try (RawClient client =
                new RawClient(
                        Wires.tls(address(opened, 0), AUTHORITY.clientContext(good)),
                        MqttVersion.V5)) {
            client.connect("client");
            assertThat(origin(opened).certificate()).isEqualTo(good.certificate());
        }
        assertThatThrownBy(() -> connects(opened, AUTHORITY.clientContext()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() ->
                        connects(opened, AUTHORITY.clientContext(STRANGER.client("sensor-8"))))
                .isInstanceOf(IOException.class);
        assertThat(opened.events.await(ConnectionEvent.HandshakeFailed.class).stage())
                .isEqualTo(ConnectionEvent.Stage.TLS);
    }

    @Test
    void an_optional_client_certificate_may_be_missing_but_not_be_wrong() throws Exception {
        TestBroker opened =
                open(
                        settings(
                                write(AUTHORITY.server("localhost", "127.0.0.1"), "server"),
                                List.of(),
                                ClientCertificates.OPTIONAL,
                                TlsSettings.Provider.AUTO));
        connects(opened, AUTHORITY.clientContext());
        connects(opened, AUTHORITY.clientContext(AUTHORITY.client("a")));
        assertThatThrownBy(() -> connects(opened, AUTHORITY.clientContext(STRANGER.client("b"))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void a_client_certificate_counts_with_quic_too() throws Exception {
        TestBroker opened =
                open(
                        settings(
                                write(AUTHORITY.server("localhost", "127.0.0.1"), "server"),
                                List.of(),
                                ClientCertificates.REQUIRED,
                                TlsSettings.Provider.AUTO));
        Signed good = AUTHORITY.client("sensor-7");
        try (RawClient client =
                new RawClient(Wires.quic(address(opened, 1), AUTHORITY, good), MqttVersion.V5)) {
            client.connect("client");
            assertThat(origin(opened).certificate()).isEqualTo(good.certificate());
        }
        assertThatThrownBy(() -> quicConnects(opened, null)).isInstanceOf(Exception.class);
        assertThatThrownBy(() -> quicConnects(opened, STRANGER.client("sensor-8")))
                .isInstanceOf(Exception.class);
        assertThat(opened.events.of(ConnectionEvent.Accepted.class)).hasSize(1);
    }

    private static void quicConnects(TestBroker to, @Nullable Signed shown) throws Exception {
        try (RawClient client =
                new RawClient(Wires.quic(address(to, 1), AUTHORITY, shown), MqttVersion.V5)) {
            client.connect("client");
        }
    }

    @Test
    void a_client_gets_the_certificate_of_the_host_that_it_asks_for() throws Exception {
        Signed standard = AUTHORITY.server("localhost", "127.0.0.1");
        Signed one = AUTHORITY.server("one.example.org");
        Signed any = AUTHORITY.serverWithRsa("*.example.net");
        TestBroker opened =
                open(
                        settings(
                                write(standard, "server"),
                                List.of(
                                        new TlsSettings.Named("one.example.org", write(one, "one")),
                                        new TlsSettings.Named("*.example.net", write(any, "any"))),
                                ClientCertificates.NONE,
                                TlsSettings.Provider.AUTO));
        assertThat(shown(opened, "one.example.org")).isEqualTo(serial(one));
        assertThat(shown(opened, "two.example.net")).isEqualTo(serial(any));
        assertThat(shown(opened, "other.example.org")).isEqualTo(serial(standard));
    }

    private static String shown(TestBroker by, String host) throws Exception {
        return TestCertificates.shownSerial(
                AUTHORITY.clientContext(), host, address(by, 0).getPort());
    }

    private static String serial(Signed signed) {
        return signed.certificate().getSerialNumber().toString(16);
    }

    @Test
    void a_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_not()
            throws Exception {
        Signed first = AUTHORITY.server("localhost", "127.0.0.1");
        TestBroker opened =
                open(
                        settings(
                                write(first, "server"),
                                List.of(),
                                ClientCertificates.NONE,
                                TlsSettings.Provider.AUTO));
        try (RawClient before =
                new RawClient(
                        Wires.tls(address(opened, 0), AUTHORITY.clientContext()), MqttVersion.V5)) {
            before.connect("before");
            assertThat(shown(opened, "localhost")).isEqualTo(serial(first));

            Files.writeString(file("server.pem"), "no certificate\n");
            opened.events.await(ConnectionEvent.CertificateRejected.class);
            assertThat(shown(opened, "localhost")).isEqualTo(serial(first));

            Signed second = AUTHORITY.server("localhost", "127.0.0.1");
            write(second, "server");
            opened.events.await(
                    ConnectionEvent.CertificateLoaded.class,
                    loaded -> loaded.serial().equals(serial(second)));
            assertThat(shown(opened, "localhost")).isEqualTo(serial(second));
            assertThat(opened.broker.certificates())
                    .containsEntry(
                            "default",
                            second.certificate().getNotAfter().toInstant().getEpochSecond());
            assertThat(before.untilPong()).isEmpty();
        }
    }

    @Test
    void a_certificate_for_development_is_made_once_for_its_owner_only() throws Exception {
        Path made = folder.resolve("tls");
        TlsSettings tls =
                settings(
                        new TlsSettings.SelfSigned(made),
                        List.of(),
                        ClientCertificates.NONE,
                        TlsSettings.Provider.AUTO);
        TestBroker opened = open(tls);
        ConnectionEvent.CertificateSelfSigned told =
                opened.events.await(ConnectionEvent.CertificateSelfSigned.class);
        assertThat(told.hosts()).contains("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        for (String name : List.of("development-certificate.pem", "development-key.pem")) {
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(made.resolve(name))))
                    .isEqualTo("rw-------");
        }
        SSLContext trusting =
                TestCertificates.clientContext(
                        CertificateFiles.certificates(Path.of(told.file())).getFirst());
        connects(opened, trusting);
        opened.restart();
        connects(opened, trusting);
    }

    @Test
    void wrong_files_stop_the_start_and_say_which() throws Exception {
        TlsSettings.Files good = write(AUTHORITY.server("localhost"), "server");
        TlsSettings.Files other = write(AUTHORITY.server("localhost"), "other");
        assertRefused(new TlsSettings.Files(file("none.pem"), good.key()), "none.pem is not there");
        assertRefused(
                new TlsSettings.Files(good.certificate(), other.key()),
                "other.key is not the key of the certificate in ");
        assertRefused(
                new TlsSettings.Files(good.certificate(), good.certificate()),
                "server.pem holds no private key");
    }

    private void assertRefused(TlsSettings.Files files, String why) throws IOException {
        TlsSettings tls =
                settings(files, List.of(), ClientCertificates.NONE, TlsSettings.Provider.AUTO);
        assertThatThrownBy(() -> open(tls))
                .isInstanceOf(TlsException.class)
                .hasMessageStartingWith("listener tls: ")
                .hasMessageContaining(why);
    }

    @Test
    void what_is_no_tls_is_told_and_silence_ends_in_time() throws Exception {
        TlsSettings all = plain();
        TestBroker opened =
                open(
                        new TlsSettings(
                                all.identity(),
                                List.of(),
                                null,
                                all.clientCertificates(),
                                all.protocols(),
                                List.of(),
                                all.provider(),
                                Duration.ofMillis(300),
                                2,
                                all.reloadInterval()));
        InetSocketAddress address = address(opened, 0);
        try (Socket wrong = new Socket(address.getAddress(), address.getPort())) {
            wrong.setSoTimeout(20_000);
            wrong.getOutputStream()
                    .write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(wrong.getInputStream().readAllBytes().length).isLessThan(20);
            opened.events.await(
                    ConnectionEvent.HandshakeFailed.class,
                    failed -> failed.detail().contains("not an SSL/TLS record"));
        }
        try (Socket silent = new Socket(address.getAddress(), address.getPort());
                Socket second = new Socket(address.getAddress(), address.getPort());
                Socket tooMany = new Socket(address.getAddress(), address.getPort())) {
            tooMany.setSoTimeout(20_000);
            assertThat(tooMany.getInputStream().read()).isEqualTo(-1);
            assertThat(opened.events.await(ConnectionEvent.HandshakesLimited.class).limit())
                    .isEqualTo(2);
            silent.setSoTimeout(20_000);
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            second.setSoTimeout(20_000);
            assertThat(second.getInputStream().read()).isEqualTo(-1);
        }
        TestBroker.waitUntil(() -> opened.broker.measures().connections() == 0);
    }
}
