package io.robustmq.architecture.wrong.broker;

import io.robustmq.architecture.wrong.telemetry.pipeline.Target;

/** Breaks the rule of its name. */
final class BrokerImportsPipeline {
    Target target = new Target();
}
