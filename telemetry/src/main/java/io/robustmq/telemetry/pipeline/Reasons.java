package io.robustmq.telemetry.pipeline;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Why a connection failed, in words that name the cause and not the library. */
final class Reasons {
    /** A text from the other end is cut there. */
    private static final int MAX_TEXT = 200;

    private Reasons() {}

    static String of(Throwable failure) {
        Throwable expired = cause(failure, CertificateExpiredException.class);
        if (expired != null) {
            return "TLS: a certificate has expired: " + expired.getMessage();
        }
        Throwable early = cause(failure, CertificateNotYetValidException.class);
        if (early != null) {
            return "TLS: a certificate is not valid yet: " + early.getMessage();
        }
        Throwable name = cause(failure, SSLPeerUnverifiedException.class);
        if (name != null) {
            return "TLS: " + firstLine(name);
        }
        Throwable tls = cause(failure, SSLException.class);
        if (tls != null) {
            return "TLS: " + firstLine(root(tls));
        }
        Throwable unknown = cause(failure, UnknownHostException.class);
        if (unknown != null) {
            return "DNS has no address for it";
        }
        if (cause(failure, UnresolvedAddressException.class) != null) {
            return "DNS has no address for it";
        }
        if (cause(failure, SocketTimeoutException.class) != null) {
            return "timed out: " + firstLine(failure);
        }
        Throwable refused = cause(failure, ConnectException.class);
        if (refused == null) {
            refused = cause(failure, NoRouteToHostException.class);
        }
        if (refused != null) {
            return "cannot connect: " + firstLine(root(refused));
        }
        return firstLine(failure);
    }

    /** A line that the other end wrote: no control characters, not too long. */
    static String quoted(String text) {
        String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
    }

    private static String firstLine(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : quoted(message);
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
            root = root.getCause();
        }
        return root;
    }

    private static @Nullable Throwable cause(Throwable failure, Class<? extends Throwable> type) {
        Throwable next = failure;
        for (int depth = 0; next != null && depth < 20; depth++) {
            if (type.isInstance(next)) {
                return next;
            }
            next = next.getCause();
        }
        return null;
    }
}
