package io.robustmq.placement;

import java.io.IOException;

/** As many changes wait as may; this one was not made, and a later one may be. */
public final class PlacementBusyException extends IOException {
    public PlacementBusyException(int limit) {
        super("at most " + limit + " changes of the placement state may wait");
    }
}
