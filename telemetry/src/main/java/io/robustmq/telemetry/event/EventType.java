package io.robustmq.telemetry.event;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What the catalogue says of one event type. Published: a name never changes and never vanishes
 * unless it is listed as retired.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface EventType {
    /** {@code category.what_happened}, lower snake case; OpenTelemetry's {@code EventName}. */
    String name();

    Severity severity();

    Volume volume();

    /** What makes it happen, one sentence. */
    String cause();

    /** What the person on call does about it, one sentence; "Nothing." is an answer. */
    String action();
}
