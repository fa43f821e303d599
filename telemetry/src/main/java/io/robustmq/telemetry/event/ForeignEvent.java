package io.robustmq.telemetry.event;

/** What libraries log. */
public sealed interface ForeignEvent extends Event {

    @EventType(
            name = "foreign.line",
            severity = Severity.INFO,
            volume = Volume.FAULT,
            cause = "A library logged a line; level is the library's.",
            action = "Look it up in the documentation of the library that logger names.")
    record Line(
            @Doc("The severity the library gave it") Severity severity,
            @Doc("The library's logger") String logger,
            @Doc("The text") String message,
            @Doc(value = "The thread that logged it", attribute = "thread.name") String thread,
            Failure failure)
            implements ForeignEvent {
        @Override
        public String throttleKey() {
            return logger;
        }
    }
}
