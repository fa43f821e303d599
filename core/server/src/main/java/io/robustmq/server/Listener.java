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

    /** As in a URL. */
    static String text(InetSocketAddress address) {
        String host =
                address.isUnresolved()
                        ? address.getHostString()
                        : address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
}
