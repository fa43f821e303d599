package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority and what it signs, made by the JDK's keytool in a folder of the test. Other modules'
 * tests have it, too.
 */
public final class Certificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;
    private final Path store;
    private final String authority;

    private Certificates(Path folder, String authority) {
        this.folder = folder;
        this.store = folder.resolve(authority + ".p12");
        this.authority = authority;
    }

    public static Certificates authority(Path folder, String name) throws Exception {
        Certificates made = new Certificates(folder, name);
        made.keytool(name, "-validity", "30", "-ext", "bc:c=ca:true");
        made.writePem(name);
        return made;
    }

    /** PEM files, and the same in the JDK's own form. */
    public record Identity(Path certificate, Path key, KeyStore store) {
        public PipelineSettings.Tls trusting(Path ca) {
            return new PipelineSettings.Tls(ca, certificate, key);
        }

        /** As renewed certificates come: over the old ones. */
        public void writeOver(Identity old) throws IOException {
            Files.copy(certificate, old.certificate, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(key, old.key, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** PEM of the authority itself. */
    public Path ca() {
        return folder.resolve(authority + ".crt");
    }

    /** For 127.0.0.1 and localhost, valid now. */
    public Identity good(String name) throws Exception {
        return identity(name, "san=dns:localhost,ip:127.0.0.1", "-1d");
    }

    public Identity expired(String name) throws Exception {
        return identity(name, "san=dns:localhost,ip:127.0.0.1", "-10d");
    }

    public Identity withoutOurName(String name) throws Exception {
        return identity(name, "san=dns:elsewhere.example", "-1d");
    }

    private Identity identity(String name, String names, String since) throws Exception {
        keytool(name, "-signer", authority, "-startdate", since, "-validity", "5", "-ext", names);
        return writePem(name);
    }

    /** For a server; asks clients for a certificate of this authority if {@code mutual}. */
    public SSLContext server(Identity identity, boolean mutual)
            throws GeneralSecurityException, IOException {
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(identity.store, PASSWORD.toCharArray());
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore trusted = load();
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("ca", trusted.getCertificate(authority));
        trust.init(authorities);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), mutual ? trust.getTrustManagers() : null, null);
        return context;
    }

    private void keytool(String alias, String... options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + alias));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-storetype", "PKCS12"));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool: " + said);
        }
    }

    private Identity writePem(String alias) throws GeneralSecurityException, IOException {
        KeyStore all = load();
        Key key = all.getKey(alias, PASSWORD.toCharArray());
        Certificate[] chain = all.getCertificateChain(alias);
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry(alias, key, PASSWORD.toCharArray(), chain);
        return new Identity(
                pem(alias + ".crt", "CERTIFICATE", chain[0].getEncoded()),
                pem(alias + ".key", "PRIVATE KEY", key.getEncoded()),
                own);
    }

    private KeyStore load() throws GeneralSecurityException, IOException {
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            all.load(in, PASSWORD.toCharArray());
        }
        return all;
    }

    private Path pem(String file, String what, byte[] encoded) throws IOException {
        return Files.writeString(
                folder.resolve(file),
                "-----BEGIN "
                        + what
                        + "-----\n"
                        + Base64.getMimeEncoder().encodeToString(encoded)
                        + "\n-----END "
                        + what
                        + "-----\n");
    }
}
