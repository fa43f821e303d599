package io.robustmq.telemetry.catalogue;

import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.Volume;
import java.util.List;

/**
 * One event type as it is published.
 *
 * @param name {@code category.what_happened}
 * @param severities the levels it can have: one, or all where each occurrence brings its own
 */
public record CataloguedEvent(
        String name,
        Class<?> type,
        List<Severity> severities,
        Volume volume,
        String cause,
        String action,
        List<Field> fields) {

    /** What stands before the dot. */
    public String category() {
        return name.substring(0, name.indexOf('.'));
    }
}
