package io.robustmq.server;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS between the nodes of a cluster: each shows its certificate and trusts what one
 * authority has signed; who is called must have the name or address that was called in its
 * certificate. Changed files are taken within {@value #LOOK_SECONDS} s for new connections.
 */
final class ClusterTls implements AutoCloseable {
    private static final long LOOK_SECONDS = 10;

    private final ScheduledExecutorService looker;
    private final AdvancedTlsX509KeyManager own;
    private final AdvancedTlsX509TrustManager trusted;

    /**
     * All PEM.
     *
     * @param certificate this node's, those that sign it behind it
     * @param key PKCS #8, without password
     * @param ca what signs the nodes' certificates
     */
    record Files(Path certificate, Path key, Path ca) {}

    private ClusterTls(
            ScheduledExecutorService looker,
            AdvancedTlsX509KeyManager own,
            AdvancedTlsX509TrustManager trusted) {
        this.looker = looker;
        this.own = own;
        this.trusted = trusted;
    }

    /**
     * @throws IOException naming the file that cannot be used
     */
    static ClusterTls load(Files files) throws IOException {
        ScheduledExecutorService looker =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("cluster-tls").daemon().factory());
        AdvancedTlsX509KeyManager own = new AdvancedTlsX509KeyManager();
        String reading = files.certificate() + ", " + files.key();
        try {
            AdvancedTlsX509TrustManager trusted = AdvancedTlsX509TrustManager.newBuilder().build();
            var unusedOwn =
                    own.updateIdentityCredentials(
                            files.certificate().toFile(),
                            files.key().toFile(),
                            LOOK_SECONDS,
                            TimeUnit.SECONDS,
                            looker);
            reading = files.ca().toString();
            var unusedCa =
                    trusted.updateTrustCredentials(
                            files.ca().toFile(), LOOK_SECONDS, TimeUnit.SECONDS, looker);
            return new ClusterTls(looker, own, trusted);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException wrong) {
            looker.shutdownNow();
            throw new IOException(reading + ": " + wrong.getMessage(), wrong);
        }
    }

    /** Null if it is off. */
    static @Nullable ClusterTls of(RoleConfig.Tls files) throws StartFailure {
        if (!files.isOn()) {
            return null;
        }
        try {
            return load(new Files(files.certificateFile(), files.keyFile(), files.caFile()));
        } catch (IOException unusable) {
            throw new StartFailure(
                    ExitCode.CONFIGURATION, "tls: cannot use " + unusable.getMessage(), unusable);
        }
    }

    ServerCredentials ofServer() {
        return TlsServerCredentials.newBuilder()
                .keyManager(own)
                .trustManager(trusted)
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    }

    ChannelCredentials ofClient() {
        return TlsChannelCredentials.newBuilder().keyManager(own).trustManager(trusted).build();
    }

    /** The same for connections that are not gRPC's. */
    SslContext ofDataServer() {
        return built(
                SslContextBuilder.forServer(own)
                        .trustManager(trusted)
                        .clientAuth(io.netty.handler.ssl.ClientAuth.REQUIRE));
    }

    SslContext ofDataClient() {
        return built(SslContextBuilder.forClient().keyManager(own).trustManager(trusted));
    }

    private static SslContext built(SslContextBuilder builder) {
        try {
            return builder.sslProvider(SslProvider.JDK).protocols("TLSv1.3").build();
        } catch (SSLException impossible) {
            throw new IllegalStateException("TLS 1.3 is part of the JDK", impossible);
        }
    }

    @Override
    public void close() {
        looker.shutdownNow();
    }
}
