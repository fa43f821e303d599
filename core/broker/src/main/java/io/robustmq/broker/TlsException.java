package io.robustmq.broker;

import java.io.IOException;

/** The certificates of a listener cannot be used; the message says which file and why. */
public final class TlsException extends IOException {
    private static final long serialVersionUID = 1;

    TlsException(String listener, IOException cause) {
        super("listener " + listener + ": " + cause.getMessage(), cause);
    }
}
