package io.robustmq.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The normative statements of MQTT 5.0 that a test shows to be kept, such as {@code MQTT-3.1.0-1}.
 * On a class it is for all of its tests. {@code docs/conformance.md} is made of these.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Mqtt5 {
    String[] value();
}
