package io.robustmq.telemetry.event;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What the catalogue says of one field. The published name is the component's in lower snake case.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Doc {
    /** The field's meaning. */
    String value();

    /**
     * UCUM unit ({@code ms}, {@code us}, {@code s}, {@code By}, {@code 1}), empty for texts. Where
     * there is one, the name ends in it.
     */
    String unit() default "";

    Sensitivity sensitivity() default Sensitivity.PUBLIC;

    /**
     * The OpenTelemetry attribute, where semantic conventions have one; otherwise {@code
     * robustmq.<name>}.
     */
    String attribute() default "";
}
