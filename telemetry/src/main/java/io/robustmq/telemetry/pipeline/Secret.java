package io.robustmq.telemetry.pipeline;

/** A text that must not be printed: it is in no log, whoever writes it there. */
public record Secret(String value) {
    public static final Secret NONE = new Secret("");

    public boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return value.isEmpty() ? "" : "***";
    }
}
