package io.robustmq.architecture.wrong.server;

import io.robustmq.architecture.wrong.testkit.Target;

/** Breaks the rule of its name. */
final class ServerImportsTestkit {
    Target target = new Target();
}
