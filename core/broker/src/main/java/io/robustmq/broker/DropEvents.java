package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent.DropReason;

/**
 * At most one event per reason and second for each session: a subscriber that is too slow for its
 * topics would else cost the broker an event per message. Every drop is counted.
 */
final class DropEvents {
    private int second = -1;
    private int reasons;

    boolean take(DropReason reason, int now) {
        if (second != now) {
            second = now;
            reasons = 0;
        }
        int bit = 1 << reason.ordinal();
        boolean first = (reasons & bit) == 0;
        reasons |= bit;
        return first;
    }
}
