package io.robustmq.architecture.wrong.telemetry.event;

import io.robustmq.architecture.wrong.telemetry.pipeline.Target;

/** Breaks the rule of its name. */
final class EventImportsOthers {
    Target target = new Target();
}
