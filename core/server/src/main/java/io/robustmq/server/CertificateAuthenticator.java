package io.robustmq.server;

import io.robustmq.broker.Authenticator;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.Identity;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent.Method;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the user name from the client's certificate, which its listener has verified. Who showed
 * none is left to others. Any thread.
 */
final class CertificateAuthenticator implements Authenticator {
    private static final String IDENTITY = "mqtt.access.certificate-identity";
    private static final String LOGIN = "mqtt.access.certificate-login";

    /** What a certificate is worth. */
    enum Login {
        /** It is enough. */
        INSTEAD_OF_PASSWORD,
        /** The user of that name must give the password, too. */
        WITH_PASSWORD
    }

    private final CertificateIdentity identity;
    private final Set<String> admins;
    private final @Nullable PasswordAuthenticator passwords;

    /**
     * @param passwords to be asked, too; null if the certificate is enough
     */
    CertificateAuthenticator(
            CertificateIdentity identity,
            Set<String> admins,
            @Nullable PasswordAuthenticator passwords) {
        this.identity = identity;
        this.admins = admins;
        this.passwords = passwords;
    }

    @Override
    public boolean isSlow(Credentials credentials) {
        return passwords != null && credentials.origin().certificate() != null;
    }

    @Override
    public Outcome authenticate(Credentials credentials) {
        X509Certificate certificate = credentials.origin().certificate();
        if (certificate == null) {
            return new Passed();
        }
        String name = identity.of(certificate);
        if (name == null) {
            String wanted = identity.name().toLowerCase(Locale.ROOT).replace('_', '-');
            return refused(IDENTITY, "the client's certificate has no " + wanted);
        }
        PasswordAuthenticator both = passwords;
        if (both == null) {
            return new Granted(new Identity(Method.CERTIFICATE, name, admins.contains(name), ""));
        }
        String said = credentials.userName();
        if (said != null && !said.equals(name)) {
            return refused(LOGIN, "the user name is another than the certificate's");
        }
        return both.authenticate(Method.CERTIFICATE, name, credentials.password());
    }

    private static Refused refused(String rule, String detail) {
        return new Refused(ReasonCode.NOT_AUTHORIZED, Method.CERTIFICATE, rule, detail);
    }
}
