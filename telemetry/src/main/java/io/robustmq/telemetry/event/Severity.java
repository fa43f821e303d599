package io.robustmq.telemetry.event;

/** How bad it is; the names and numbers are OpenTelemetry's (logs data model, SeverityNumber). */
public enum Severity {
    DEBUG(5),
    INFO(9),
    WARN(13),
    ERROR(17);

    private final int number;

    Severity(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
