package io.robustmq.telemetry.catalogue;

import io.robustmq.telemetry.event.Sensitivity;
import java.lang.reflect.Method;
import java.util.List;

/**
 * One published field of an event.
 *
 * @param name lower snake case
 * @param values what an enum may be, in lower case; empty for all else
 * @param unit UCUM, empty if there is none
 * @param attribute the OpenTelemetry attribute it is sent as
 * @param accessors from the event to the value: more than one where a record is flattened
 */
public record Field(
        String name,
        FieldType type,
        List<String> values,
        String unit,
        Sensitivity sensitivity,
        String attribute,
        String meaning,
        List<Method> accessors) {}
