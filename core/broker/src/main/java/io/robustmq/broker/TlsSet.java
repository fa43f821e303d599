package io.robustmq.broker;

import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The certificates as they were read at one time, ready for handshakes. */
final class TlsSet {
    /** What clients get that ask for no host, or an unknown one. */
    static final String DEFAULT = "default";

    private final Map<String, CertificateFiles.Identity> identities;
    private final Map<String, SslContext> contexts;
    private final Mapping<String, SslContext> byHost;
    private final @Nullable QuicSslContext quic;

    private TlsSet(
            Map<String, CertificateFiles.Identity> identities,
            Map<String, SslContext> contexts,
            @Nullable QuicSslContext quic) {
        this.identities = identities;
        this.contexts = contexts;
        this.byHost = mapping(contexts);
        this.quic = quic;
    }

    static TlsSet load(TlsSettings settings, Instant now) throws IOException {
        Map<String, CertificateFiles.Identity> identities = new LinkedHashMap<>();
        identities.put(
                DEFAULT,
                switch (settings.identity()) {
                    case TlsSettings.Files files ->
                            CertificateFiles.identity(files.certificate(), files.key());
                    case TlsSettings.SelfSigned made -> SelfSigned.in(made.directory(), now);
                });
        for (TlsSettings.Named named : settings.named()) {
            identities.put(
                    named.host(),
                    CertificateFiles.identity(named.files().certificate(), named.files().key()));
        }
        Path ca = settings.clientCa();
        X509Certificate[] trusted =
                ca == null
                        ? new X509Certificate[0]
                        : CertificateFiles.certificates(ca).toArray(X509Certificate[]::new);
        Map<String, SslContext> contexts = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, CertificateFiles.Identity> each : identities.entrySet()) {
                contexts.put(each.getKey(), context(settings, each.getValue(), trusted));
            }
            QuicSslContext quic = Quic.isAvailable() ? quic(settings, identities, trusted) : null;
            return new TlsSet(identities, contexts, quic);
        } catch (IllegalArgumentException wrong) {
            contexts.values().forEach(ReferenceCountUtil::release);
            throw new IOException(wrong.getMessage(), wrong);
        } catch (IOException | RuntimeException e) {
            contexts.values().forEach(ReferenceCountUtil::release);
            throw e;
        }
    }

    private static SslContext context(
            TlsSettings settings, CertificateFiles.Identity identity, X509Certificate[] trusted)
            throws IOException {
        SslContextBuilder builder =
                SslContextBuilder.forServer(
                                identity.key(), identity.chain().toArray(X509Certificate[]::new))
                        .sslProvider(provider(settings.provider()))
                        .protocols(settings.protocols())
                        .clientAuth(clientAuth(settings.clientCertificates()));
        if (!settings.ciphers().isEmpty()) {
            builder.ciphers(settings.ciphers());
        }
        if (trusted.length > 0) {
            builder.trustManager(trusted);
        }
        return builder.build();
    }

    static SslProvider provider(TlsSettings.Provider wanted) {
        return switch (wanted) {
            case JDK -> SslProvider.JDK;
            case OPENSSL -> SslProvider.OPENSSL_REFCNT;
            case AUTO -> OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
        };
    }

    private static QuicSslContext quic(
            TlsSettings settings,
            Map<String, CertificateFiles.Identity> identities,
            X509Certificate[] trusted) {
        Map<String, QuicSslContext> contexts = new LinkedHashMap<>();
        identities.forEach(
                (host, identity) -> contexts.put(host, quic(settings, identity, trusted).build()));
        CertificateFiles.Identity standard = identities.get(DEFAULT);
        if (standard == null) {
            throw new IllegalStateException("no default certificate");
        }
        // what is wanted of clients is that of the first context, not of the one chosen by host
        Mapping<String, QuicSslContext> byHost = mapping(contexts);
        return quic(settings, standard, trusted).sni(byHost).build();
    }

    private static QuicSslContextBuilder quic(
            TlsSettings settings, CertificateFiles.Identity identity, X509Certificate[] trusted) {
        QuicSslContextBuilder builder =
                QuicSslContextBuilder.forServer(
                                identity.key(),
                                null,
                                identity.chain().toArray(X509Certificate[]::new))
                        .applicationProtocols(QuicListener.PROTOCOL)
                        .clientAuth(clientAuth(settings.clientCertificates()));
        if (trusted.length > 0) {
            builder.trustManager(trusted);
        }
        return builder;
    }

    private static ClientAuth clientAuth(TlsSettings.ClientCertificates wanted) {
        return switch (wanted) {
            case NONE -> ClientAuth.NONE;
            case OPTIONAL -> ClientAuth.OPTIONAL;
            case REQUIRED -> ClientAuth.REQUIRE;
        };
    }

    private static <C> Mapping<String, C> mapping(Map<String, C> contexts) {
        C standard = contexts.get(DEFAULT);
        if (standard == null) {
            throw new IllegalStateException("no default certificate");
        }
        DomainWildcardMappingBuilder<C> builder = new DomainWildcardMappingBuilder<>(standard);
        contexts.forEach((host, context) -> {
            if (!host.equals(DEFAULT)) {
                builder.add(host, context);
            }
        });
        return builder.build();
    }

    SslContext forHost(@Nullable String host) {
        return byHost.map(host);
    }

    @Nullable QuicSslContext quic() {
        return quic;
    }

    Map<String, CertificateFiles.Identity> identities() {
        return identities;
    }

    Map<String, Long> notAfterSeconds() {
        Map<String, Long> all = new TreeMap<>();
        identities.forEach((host, identity) ->
                all.put(host, identity.own().getNotAfter().toInstant().getEpochSecond()));
        return all;
    }

    /** DNS names and addresses that a certificate is for. */
    static String hosts(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.forEach(each -> names.add(String.valueOf(each.get(1))));
            }
        } catch (CertificateParsingException none) {
            return "";
        }
        return names.stream().collect(Collectors.joining(", "));
    }

    /** Handshakes that are over keep what they need. */
    void release() {
        contexts.values().forEach(ReferenceCountUtil::release);
    }
}
