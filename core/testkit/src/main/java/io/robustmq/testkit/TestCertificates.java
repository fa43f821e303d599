package io.robustmq.testkit;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate authority of a test's own, and what it signs; nothing of it outlives the test. */
public final class TestCertificates {
    private static final Duration VALID = Duration.ofDays(100);

    private final KeyPair pair;
    private final X509Certificate own;
    private final Duration valid;

    private TestCertificates(KeyPair pair, X509Certificate own, Duration valid) {
        this.pair = pair;
        this.own = own;
        this.valid = valid;
    }

    /** A certificate that was signed, and its key. */
    public record Signed(X509Certificate certificate, PrivateKey key) {
        /** As PEM, the key in PKCS #8. */
        public Signed write(Path certificateFile, Path keyFile) throws IOException {
            Files.writeString(certificateFile, pem(certificate));
            Files.writeString(keyFile, pem(new JcaPKCS8Generator(key, null).generate()));
            return this;
        }
    }

    public static TestCertificates authority(String name) {
        return authority(name, VALID);
    }

    /** One whose certificates, its own too, end so soon. */
    public static TestCertificates authority(String name, Duration valid) {
        KeyPair pair = newPair("EC");
        X500Name subject = new X500Name("CN=" + name);
        return new TestCertificates(
                pair, sign(pair, subject, subject, pair, true, List.of(), valid), valid);
    }

    /** For a server with these host names and addresses, the first also its common name. */
    public Signed server(String... hosts) {
        return signed("EC", hosts[0], List.of(hosts));
    }

    /** The same with an RSA key. */
    public Signed serverWithRsa(String... hosts) {
        return signed("RSA", hosts[0], List.of(hosts));
    }

    public Signed client(String commonName) {
        return signed("EC", commonName, List.of());
    }

    private Signed signed(String algorithm, String name, List<String> hosts) {
        KeyPair leaf = newPair(algorithm);
        return new Signed(
                sign(
                        leaf,
                        new X500Name("CN=" + name),
                        new X500Name(own.getSubjectX500Principal().getName()),
                        pair,
                        false,
                        hosts,
                        valid),
                leaf.getPrivate());
    }

    /** The authority's own certificate, as PEM. */
    public Path write(Path file) throws IOException {
        return Files.writeString(file, pem(own));
    }

    public X509Certificate certificate() {
        return own;
    }

    /** Of a client that trusts this authority and shows {@code shown}, if there is one. */
    public SSLContext clientContext(Signed... shown) throws GeneralSecurityException, IOException {
        return clientContext(own, shown);
    }

    /** The same for another certificate to trust. */
    public static SSLContext clientContext(X509Certificate trusted, Signed... shown)
            throws GeneralSecurityException, IOException {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trustStore(trusted));
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = shown.length == 0 ? null : new KeyManager[] {new Showing(shown[0])};
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    /** Shows its certificate whoever the server says may have signed it. */
    private static final class Showing extends X509ExtendedKeyManager {
        private static final String ALIAS = "own";

        private final Signed shown;

        Showing(Signed shown) {
            this.shown = shown;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return ALIAS;
        }

        @Override
        public String chooseEngineClientAlias(
                String[] types, Principal[] issuers, SSLEngine engine) {
            return ALIAS;
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[0];
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {shown.certificate()};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return shown.key();
        }
    }

    /** The serial number of what a server shows that is asked for {@code host}. */
    public static String shownSerial(SSLContext context, String host, int port) throws IOException {
        try (Socket plain = new Socket("127.0.0.1", port);
                SSLSocket socket =
                        (SSLSocket)
                                context.getSocketFactory().createSocket(plain, host, port, true)) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSerialNumber().toString(16);
        }
    }

    public static KeyStore trustStore(X509Certificate trusted)
            throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        store.setCertificateEntry("trusted", trusted);
        return store;
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static KeyPair newPair(String algorithm) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static X509Certificate sign(
            KeyPair subject,
            X500Name name,
            X500Name issuer,
            KeyPair by,
            boolean authority,
            List<String> hosts,
            Duration valid) {
        Instant now = Instant.now();
        try {
            JcaX509v3CertificateBuilder builder =
                    new JcaX509v3CertificateBuilder(
                            issuer,
                            new BigInteger(120, new SecureRandom()),
                            Date.from(now.minus(VALID)),
                            Date.from(now.plus(valid)),
                            name,
                            subject.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (!hosts.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names(hosts)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(
                                    new JcaContentSignerBuilder("SHA256withECDSA")
                                            .build(by.getPrivate())));
        } catch (IOException | GeneralSecurityException | OperatorCreationException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static GeneralName[] names(List<String> hosts) {
        List<GeneralName> names = new ArrayList<>();
        for (String host : hosts) {
            boolean address = host.matches("[0-9.]+|.*:.*");
            names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        return names.toArray(GeneralName[]::new);
    }

    private static String pem(Object value) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(value);
        }
        return text.toString();
    }
}
