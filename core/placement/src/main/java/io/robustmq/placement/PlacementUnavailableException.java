package io.robustmq.placement;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * It was not agreed in time, or this member cannot know. The change may still be agreed on later.
 */
public final class PlacementUnavailableException extends IOException {
    public PlacementUnavailableException(String message) {
        super(message);
    }

    public PlacementUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
