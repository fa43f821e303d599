package io.robustmq.telemetry.pipeline;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a connection trusts and who we are on it, from PEM files. They are read again when one has
 * changed, so that a renewed certificate needs no restart. One thread.
 */
final class TlsFiles {
    private static final char[] NO_PASSWORD = {};
    private static final String[] KEY_KINDS = {"EC", "RSA", "EdDSA"};
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    /** What the files said at one time. */
    record Loaded(SSLContext context, X509TrustManager trust, List<Object> stamps) {}

    private final PipelineSettings.Tls files;
    private @Nullable Loaded loaded;

    TlsFiles(PipelineSettings.Tls files) {
        this.files = files;
    }

    /**
     * The same object until a file changes. While the files cannot be used, what they said before
     * still counts: a renewal may be half done.
     */
    Loaded current() throws IOException {
        Loaded before = loaded;
        try {
            List<Object> stamps = stamps();
            if (before == null || !before.stamps.equals(stamps)) {
                loaded = load(stamps);
            }
        } catch (IOException unusable) {
            if (before == null) {
                throw unusable;
            }
        }
        return Objects.requireNonNull(loaded);
    }

    /** The next {@link #current} reads the files, whatever they said before. */
    void forget() {
        loaded = null;
    }

    private List<Object> stamps() throws IOException {
        List<Object> stamps = new ArrayList<>();
        for (Path file : List.of(files.ca(), files.certificate(), files.key())) {
            if (!isNone(file)) {
                try {
                    BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                    stamps.add(now.lastModifiedTime());
                    stamps.add(now.size());
                    stamps.add(String.valueOf(now.fileKey()));
                } catch (IOException unreadable) {
                    throw unreadable(file, unreadable);
                }
            }
        }
        return stamps;
    }

    private Loaded load(List<Object> stamps) throws IOException {
        try {
            X509TrustManager trust = trust();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(), new TrustManager[] {trust}, null);
            return new Loaded(context, trust, stamps);
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private X509TrustManager trust() throws IOException, GeneralSecurityException {
        KeyStore store = null;
        if (!isNone(files.ca())) {
            store = emptyStore();
            for (Certificate authority : certificates(files.ca())) {
                store.setCertificateEntry("ca-" + store.size(), authority);
            }
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509TrustManager trust) {
                return trust;
            }
        }
        throw new GeneralSecurityException("the JVM has no X.509 trust manager");
    }

    private KeyManager @Nullable [] keys() throws IOException, GeneralSecurityException {
        if (isNone(files.certificate())) {
            return null;
        }
        KeyStore store = emptyStore();
        Certificate[] chain = certificates(files.certificate()).toArray(new Certificate[0]);
        store.setKeyEntry("own", key(files.key()), NO_PASSWORD, chain);
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file) throws IOException {
        try (InputStream in = new ByteArrayInputStream(read(file))) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new IOException(file + " has no certificate in PEM");
            }
            return found;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " has no usable certificate: " + e.getMessage(), e);
        }
    }

    private static PrivateKey key(Path file) throws IOException, GeneralSecurityException {
        Matcher pem = PKCS8.matcher(new String(read(file), StandardCharsets.US_ASCII));
        if (pem.find()) {
            byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
            for (String kind : KEY_KINDS) {
                try {
                    return KeyFactory.getInstance(kind)
                            .generatePrivate(new PKCS8EncodedKeySpec(encoded));
                } catch (InvalidKeySpecException anotherKind) {
                    // the next one may be it
                }
            }
        }
        throw new IOException(
                file
                        + " has no private key in PEM as PKCS #8 without password"
                        + " (openssl pkcs8 -topk8 -nocrypt makes one)");
    }

    private static byte[] read(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw unreadable(file, unreadable);
        }
    }

    private static IOException unreadable(Path file, IOException why) {
        return new IOException(
                why instanceof NoSuchFileException
                        ? file + " is not there"
                        : file + " cannot be read: " + why.getMessage(),
                why);
    }

    private static boolean isNone(Path file) {
        return file.toString().isEmpty();
    }
}
