package io.robustmq.architecture.wrong.telemetry.catalogue;

import io.robustmq.architecture.wrong.telemetry.pipeline.Target;

/** Breaks the rule of its name. */
final class CatalogueImportsPipeline {
    Target target = new Target();
}
