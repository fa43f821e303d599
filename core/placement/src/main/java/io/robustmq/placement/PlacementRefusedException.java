package io.robustmq.placement;

import java.io.IOException;

/** A change of the members that must not be, or a member that must not take part; says why. */
public final class PlacementRefusedException extends IOException {
    PlacementRefusedException(String message) {
        super(message);
    }
}
