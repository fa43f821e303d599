package io.robustmq.broker;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * The certificate of a broker that was given none: good for this machine, made once, and made anew
 * before it expires. Who wants to trust it takes the file.
 */
final class SelfSigned {
    private static final String CERTIFICATE = "development-certificate.pem";
    private static final String KEY = "development-key.pem";

    /** Browsers take no longer ones. */
    private static final Duration VALID = Duration.ofDays(397);

    /** Made anew when less is left. */
    private static final Duration SPARE = Duration.ofDays(30);

    /** Clocks differ. */
    private static final Duration BACKDATED = Duration.ofDays(1);

    private SelfSigned() {}

    static TlsSettings.Files files(Path directory) {
        return new TlsSettings.Files(directory.resolve(CERTIFICATE), directory.resolve(KEY));
    }

    /** Those of {@link #files}, which are made if they are missing, unusable or about to expire. */
    static CertificateFiles.Identity in(Path directory, Instant now) throws IOException {
        TlsSettings.Files files = files(directory);
        if (Files.exists(files.certificate())) {
            try {
                CertificateFiles.Identity kept =
                        CertificateFiles.identity(files.certificate(), files.key());
                if (kept.own().getNotAfter().toInstant().isAfter(now.plus(SPARE))) {
                    return kept;
                }
            } catch (IOException unusable) {
                // whoever broke it gets another
            }
        }
        try {
            make(files, now);
        } catch (GeneralSecurityException | OperatorCreationException impossible) {
            throw new IllegalStateException("a JDK without P-256", impossible);
        }
        return CertificateFiles.identity(files.certificate(), files.key());
    }

    private static void make(TlsSettings.Files files, Instant now)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=RobustMQ development");
        X509CertificateHolder certificate =
                new JcaX509v3CertificateBuilder(
                                name,
                                new BigInteger(127, new SecureRandom()),
                                Date.from(now.minus(BACKDATED)),
                                Date.from(now.plus(VALID)),
                                name,
                                pair.getPublic())
                        .addExtension(
                                Extension.subjectAlternativeName, false, new GeneralNames(names()))
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                        .addExtension(
                                Extension.extendedKeyUsage,
                                false,
                                new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(pair.getPrivate()));
        Files.createDirectories(files.certificate().toAbsolutePath().getParent());
        write(files.key(), new JcaPKCS8Generator(pair.getPrivate(), null).generate());
        write(files.certificate(), certificate);
    }

    private static GeneralName[] names() {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(GeneralName.dNSName, "localhost"));
        names.add(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
        names.add(new GeneralName(GeneralName.iPAddress, "::1"));
        try {
            String host = InetAddress.getLocalHost().getHostName();
            if (host.matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
                    && !host.equals("localhost")) {
                names.add(new GeneralName(GeneralName.dNSName, host));
            }
        } catch (UnknownHostException nameless) {
            // then it is good for localhost only
        }
        return names.toArray(GeneralName[]::new);
    }

    /** Whole or not at all, and never readable by others. */
    private static void write(Path file, Object value) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(value);
        }
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel channel =
                FileChannel.open(
                        draft,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        ownerOnly())) {
            ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileAttribute<?>[] ownerOnly() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
