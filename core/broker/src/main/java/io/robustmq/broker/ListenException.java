package io.robustmq.broker;

import java.net.BindException;

/** A listener cannot be opened; its name says which one. */
public final class ListenException extends BindException {
    private static final long serialVersionUID = 1;

    private final String listener;

    ListenException(String listener, String where, Throwable cause) {
        super("cannot listen on " + where + ": " + cause.getMessage());
        this.listener = listener;
        initCause(cause);
    }

    public String listener() {
        return listener;
    }
}
