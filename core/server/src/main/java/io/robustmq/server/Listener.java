package io.robustmq.server;

import io.robustmq.telemetry.event.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** An address from the configuration on its way to being listened on. */
record Listener(String key, InetSocketAddress unresolved) {
    /** Opens something that listens. */
    interface Opening {
        void open() throws IOException;
    }

    /** Looks the host up. */
    InetSocketAddress resolve() throws StartFailure {
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(unresolved.getHostString()), unresolved.getPort());
        } catch (UnknownHostException unknown) {
            throw new StartFailure(
                    ExitCode.UNAVAILABLE, key + " " + text() + ": unknown host", unknown);
        }
    }

    /** What {@code failure} of listening means to the operator. */
    StartFailure failed(Exception failure) {
        String message = Failure.of(failure).errorMsg(); // the innermost says why
        String why;
        if (message.contains("in use")) {
            why = "the port is in use; stop what listens there, or set " + key;
        } else if (message.contains("ermission denied")) {
            why = "permission denied; ports below 1024 need a privilege, or set " + key;
        } else if (message.contains("assign requested address")) {
            why = "no network interface has this address; set " + key;
        } else {
            why = message + "; set " + key;
        }
        return new StartFailure(
                ExitCode.UNAVAILABLE, "cannot listen on " + text() + ": " + why, failure);
    }

    private String text() {
        return unresolved.getHostString() + ":" + unresolved.getPort();
    }

    /**
     * What {@link #text(InetSocketAddress)} wrote; its host is looked up by who connects.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("an address is host:port, was " + text);
        }
        String host = text.substring(0, colon);
        boolean isBracketed = host.startsWith("[") && host.endsWith("]");
        return InetSocketAddress.createUnresolved(
                isBracketed ? host.substring(1, host.length() - 1) : host,
                Integer.parseInt(text.substring(colon + 1)));
    }

    /** As in a URL. */
    static String text(InetSocketAddress address) {
        String host =
                address.isUnresolved()
                        ? address.getHostString()
                        : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
