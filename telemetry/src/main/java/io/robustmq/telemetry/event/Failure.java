package io.robustmq.telemetry.event;

/** What broke, flattened into the event that reports it. */
@Flatten
public record Failure(
        @Doc(value = "The error's class, such as java.io.IOException", attribute = "error.type")
                String errorType,
        @Doc(value = "The error's message", attribute = "error.message") String errorMsg) {

    /** Causes may form a circle. */
    private static final int MAX_CAUSES = 20;

    /** Names the innermost cause, which says more than its wrappers. */
    public static Failure of(Throwable thrown) {
        Throwable innermost = thrown;
        for (int depth = 0; depth < MAX_CAUSES && innermost.getCause() != null; depth++) {
            innermost = innermost.getCause();
        }
        String message = innermost.getMessage();
        return new Failure(innermost.getClass().getName(), message == null ? "" : message);
    }
}
