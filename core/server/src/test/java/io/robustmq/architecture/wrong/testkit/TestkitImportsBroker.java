package io.robustmq.architecture.wrong.testkit;

import io.robustmq.architecture.wrong.broker.Target;

/** Breaks the rule of its name. */
final class TestkitImportsBroker {
    Target target = new Target();
}
