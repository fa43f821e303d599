package io.robustmq.architecture.wrong.telemetry.pipeline;

import io.robustmq.architecture.wrong.broker.Target;

/** Breaks the rule of its name. */
final class PipelineImportsBroker {
    Target target = new Target();
}
