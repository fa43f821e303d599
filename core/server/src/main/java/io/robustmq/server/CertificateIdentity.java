package io.robustmq.server;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** What of a client's certificate is its user name. */
enum CertificateIdentity {
    NONE,
    /** The common name of the subject. */
    CN,
    /** The whole subject, as RFC 2253 writes it: {@code CN=pump-7,O=Plant}. */
    DN,
    /** The first e-mail address of the subject's alternative names. */
    SAN_EMAIL,
    SAN_DNS,
    SAN_URI;

    // GeneralName in RFC 5280, 4.2.1.6
    private static final int RFC822_NAME = 1;
    private static final int DNS_NAME = 2;
    private static final int URI = 6;

    /** Null if the certificate has none. */
    @Nullable String of(X509Certificate certificate) {
        String name =
                switch (this) {
                    case NONE -> null;
                    case CN -> commonName(subject(certificate));
                    case DN -> subject(certificate);
                    case SAN_EMAIL -> alternative(certificate, RFC822_NAME);
                    case SAN_DNS -> alternative(certificate, DNS_NAME);
                    case SAN_URI -> alternative(certificate, URI);
                };
        return name == null || name.isBlank() ? null : name;
    }

    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
    }

    /** The most specific one. */
    private static @Nullable String commonName(String subject) {
        try {
            List<Rdn> fromTheEnd = new LdapName(subject).getRdns().reversed();
            for (Rdn rdn : fromTheEnd) {
                if (rdn.getType().equalsIgnoreCase("CN")) {
                    return rdn.getValue() instanceof String text ? text : null;
                }
            }
            return null;
        } catch (InvalidNameException odd) {
            return null;
        }
    }

    private static @Nullable String alternative(X509Certificate certificate, int type) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all == null) {
                return null;
            }
            for (List<?> each : all) {
                if (each.get(0).equals(type) && each.get(1) instanceof String text) {
                    return text;
                }
            }
            return null;
        } catch (CertificateParsingException odd) {
            return null;
        }
    }
}
