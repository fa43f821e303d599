package io.robustmq.architecture.wrong.placement;

import io.robustmq.architecture.wrong.broker.Target;

/** Breaks the rule of its name. */
final class PlacementImportsBroker {
    Target target = new Target();
}
