package io.robustmq.architecture.wrong.replication;

import io.robustmq.architecture.wrong.placement.Target;

/** Breaks the rule of its name. */
final class ReplicationImportsPlacement {
    Target target = new Target();
}
