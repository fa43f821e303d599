package io.robustmq.testkit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Leaves a test, or all tests of a class, out with the reason where the machine lacks a part.
 * {@code bin/verify} lists what was left out; {@code bin/verify --complete} allows none.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(NeedsPartCondition.class)
public @interface NeedsPart {
    Part[] value();
}
