package io.robustmq.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How TLS listeners prove who they are, and what they want of clients. Listeners with equal
 * settings share certificates, and their renewal.
 *
 * @param named certificates for clients that ask for these hosts (SNI)
 * @param clientCa certificates that sign clients' ones, PEM; null takes no client certificates
 * @param protocols such as {@code TLSv1.3}
 * @param ciphers by their IANA names; empty is the provider's choice
 * @param handshakeTimeout until the handshake is over
 * @param maxHandshakes of all listeners with these settings at once; more are closed
 * @param reloadInterval how often the files are looked at
 */
public record TlsSettings(
        Identity identity,
        List<Named> named,
        @Nullable Path clientCa,
        ClientCertificates clientCertificates,
        List<String> protocols,
        List<String> ciphers,
        Provider provider,
        Duration handshakeTimeout,
        int maxHandshakes,
        Duration reloadInterval) {

    public TlsSettings {
        named = List.copyOf(named);
        protocols = List.copyOf(protocols);
        ciphers = List.copyOf(ciphers);
    }

    /** What is shown to clients that ask for no other host. */
    public sealed interface Identity {}

    /** PEM files: the certificate with those that sign it behind it, and its key. */
    public record Files(Path certificate, Path key) implements Identity {}

    /** One for development that is made in {@code directory} if it is not there. */
    public record SelfSigned(Path directory) implements Identity {}

    /**
     * @param host such as {@code mqtt.example.org} or {@code *.example.org}
     */
    public record Named(String host, Files files) {}

    public enum ClientCertificates {
        NONE,
        /** One that is shown must be good. */
        OPTIONAL,
        REQUIRED
    }

    public enum Provider {
        /** BoringSSL where its native library runs, else the JDK. */
        AUTO,
        JDK,
        OPENSSL
    }
}
