package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.Authenticator.Granted;
import io.robustmq.broker.Authenticator.Outcome;
import io.robustmq.broker.Authenticator.Passed;
import io.robustmq.broker.Authenticator.Refused;
import io.robustmq.broker.ClientOrigin;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.Identity;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CertificateAuthenticatorTest {
    @TempDir static Path folder;

    private static X509Certificate full;
    private static X509Certificate bare;

    @BeforeAll
    static void make() throws Exception {
        full =
                certificate(
                        "CN=pump-7, OU=Pumps, O=Plant",
                        "-ext",
                        "san=email:pump@example.org,uri:urn:pump:7,dns:pump-7.example.org");
        bare = certificate("O=Plant");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CN|pump-7",
                "DN|CN=pump-7,OU=Pumps,O=Plant",
                "SAN_EMAIL|pump@example.org",
                "SAN_URI|urn:pump:7",
                "SAN_DNS|pump-7.example.org"
            })
    void the_user_name_is_what_the_configuration_says(CertificateIdentity identity, String name) {
        assertThat(identity.of(full)).isEqualTo(name);
        assertThat(login(identity, null, full, null, null))
                .isEqualTo(new Granted(new Identity(Method.CERTIFICATE, name, false, "")));
    }

    @Test
    void a_certificate_without_it_is_refused_and_the_key_named() {
        for (CertificateIdentity identity :
                List.of(
                        CertificateIdentity.CN,
                        CertificateIdentity.SAN_EMAIL,
                        CertificateIdentity.SAN_URI)) {
            assertThat(login(identity, null, bare, null, null))
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> {
                                assertThat(refused.rule())
                                        .isEqualTo("mqtt.access.certificate-identity");
                                assertThat(refused.method()).isEqualTo(Method.CERTIFICATE);
                                assertThat(refused.reasonCode()).isEqualTo(0x87);
                            });
        }
    }

    @Test
    void who_shows_no_certificate_is_left_to_others() {
        assertThat(login(CertificateIdentity.CN, null, null, "ann", "x")).isEqualTo(new Passed());
    }

    @Test
    void instead_of_a_password_the_name_and_password_of_connect_do_not_count() {
        assertThat(login(CertificateIdentity.CN, null, full, "boss", "wrong"))
                .isEqualTo(new Granted(new Identity(Method.CERTIFICATE, "pump-7", false, "")));
    }

    @Test
    void an_admin_may_prove_to_be_one_by_certificate() {
        assertThat(
                        new CertificateAuthenticator(CertificateIdentity.CN, Set.of("pump-7"), null)
                                .authenticate(credentials(full, null, null)))
                .isEqualTo(new Granted(new Identity(Method.CERTIFICATE, "pump-7", true, "")));
    }

    @Test
    void with_a_password_both_must_be_right_and_of_the_same_user() {
        PasswordAuthenticator passwords = new PasswordAuthenticator(Set.of());
        PasswordHash hash =
                PasswordHash.of(
                        "secret".getBytes(StandardCharsets.UTF_8), 10, new SplittableRandom(1));
        passwords.use(new Users(Map.of("pump-7", hash, "ann", hash)));
        CertificateIdentity cn = CertificateIdentity.CN;
        assertThat(login(cn, passwords, full, "pump-7", "secret")).isInstanceOf(Granted.class);
        assertThat(login(cn, passwords, full, null, "secret")).isInstanceOf(Granted.class);
        assertThat(rule(login(cn, passwords, full, "pump-7", "wrong")))
                .isEqualTo("mqtt.password-file");
        assertThat(rule(login(cn, passwords, full, "pump-7", null)))
                .isEqualTo("mqtt.password-file");
        assertThat(rule(login(cn, passwords, full, "ann", "secret")))
                .isEqualTo("mqtt.access.certificate-login");
    }

    private static String rule(Outcome outcome) {
        return outcome instanceof Refused refused ? refused.rule() : outcome.toString();
    }

    private static Outcome login(
            CertificateIdentity identity,
            @Nullable PasswordAuthenticator passwords,
            @Nullable X509Certificate certificate,
            @Nullable String userName,
            @Nullable String password) {
        return new CertificateAuthenticator(identity, Set.of(), passwords)
                .authenticate(credentials(certificate, userName, password));
    }

    private static Credentials credentials(
            @Nullable X509Certificate certificate,
            @Nullable String userName,
            @Nullable String password) {
        return new Credentials(
                new ClientOrigin("tls", "tls", new InetSocketAddress("127.0.0.1", 1), certificate),
                "c",
                userName,
                password == null ? null : password.getBytes(StandardCharsets.UTF_8));
    }

    private static X509Certificate certificate(String subject, String... options) throws Exception {
        Path store = folder.resolve("store-" + subject.hashCode() + ".p12");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keystore",
                                store.toString(),
                                "-storepass",
                                "changeit",
                                "-keyalg",
                                "EC",
                                "-alias",
                                "it",
                                "-dname",
                                subject));
        command.addAll(List.of(options));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        return (X509Certificate) Objects.requireNonNull(keys.getCertificate("it"));
    }
}
