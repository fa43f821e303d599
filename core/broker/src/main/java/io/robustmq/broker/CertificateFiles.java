package io.robustmq.broker;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** Certificates and keys as PEM files have them. */
final class CertificateFiles {
    private static final int MAX_BYTES = 1 << 20;
    private static final String PKCS8_BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String PKCS8_END = "-----END PRIVATE KEY-----";

    private CertificateFiles() {}

    /**
     * What a server shows.
     *
     * @param chain its own certificate first, at least that
     */
    record Identity(Path file, List<X509Certificate> chain, PrivateKey key) {
        X509Certificate own() {
            return chain.getFirst();
        }
    }

    static Identity identity(Path certificate, Path key) throws IOException {
        Identity identity = new Identity(certificate, certificates(certificate), key(key));
        if (!fit(identity.own().getPublicKey(), identity.key())) {
            throw new IOException(key + " is not the key of the certificate in " + certificate);
        }
        return identity;
    }

    static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            for (var each :
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(read(file)))) {
                found.add((X509Certificate) each);
            }
        } catch (CertificateException wrong) {
            throw new IOException(file + " holds no X.509 certificates in PEM", wrong);
        }
        if (found.isEmpty()) {
            throw new IOException(file + " holds no certificate");
        }
        return List.copyOf(found);
    }

    /** PKCS #8, as OpenSSL 3 and ACME clients write it, or an older form. */
    private static PrivateKey key(Path file) throws IOException {
        String pem = new String(read(file), StandardCharsets.US_ASCII);
        int begin = pem.indexOf(PKCS8_BEGIN);
        int end = pem.indexOf(PKCS8_END);
        try {
            if (begin >= 0 && end > begin) {
                byte[] der =
                        Base64.getMimeDecoder()
                                .decode(pem.substring(begin + PKCS8_BEGIN.length(), end));
                return pkcs8(der);
            }
            Object found = new PEMParser(new StringReader(pem)).readObject();
            return switch (found) {
                case PEMKeyPair pair -> new JcaPEMKeyConverter().getKeyPair(pair).getPrivate();
                case PrivateKeyInfo info -> new JcaPEMKeyConverter().getPrivateKey(info);
                case null, default ->
                        throw new IOException(
                                file + " holds no private key in PEM, or one with a password");
            };
        } catch (GeneralSecurityException | IllegalArgumentException wrong) {
            throw new IOException(file + " holds a private key that cannot be read", wrong);
        }
    }

    private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException another) {
                // the next one
            }
        }
        throw new InvalidKeySpecException("neither an EC, an RSA nor an EdDSA key");
    }

    private static boolean fit(PublicKey certified, PrivateKey key) throws IOException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    case String other -> other;
                };
        byte[] something = {1, 2, 3};
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(something);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(certified);
            verifying.update(something);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException another) {
            return false; // as when one is RSA and the other is not
        }
    }

    static byte[] read(Path file) throws IOException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + " is larger than " + MAX_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException none) {
            throw new IOException(file + " is not there", none);
        }
    }
}
