package io.robustmq.placement;

import io.robustmq.telemetry.event.Severity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * From which level up every node takes a category's events.
 *
 * @param category 1 to {@value #MAX_CATEGORY} characters
 * @param level null for the one that the category has without being told
 * @param at when it was ordered
 * @param until when the level before returns; null for never
 */
public record LevelOrder(
        String category, @Nullable Severity level, Instant at, @Nullable Instant until, Author by) {
    /** Categories that have one. */
    static final int MAX = 64;

    static final int MAX_CATEGORY = 64;

    public LevelOrder {
        if (category.isEmpty() || category.length() > MAX_CATEGORY) {
            throw new IllegalArgumentException(
                    "a category has 1 to "
                            + MAX_CATEGORY
                            + " characters, was "
                            + category.length());
        }
    }
}
