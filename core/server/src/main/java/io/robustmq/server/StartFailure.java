package io.robustmq.server;

/** The node cannot start for a reason that its operator can mend; the message says which. */
final class StartFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    /**
     * @param message one line: what cannot be had, why, and what to change
     */
    StartFailure(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    StartFailure(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}
