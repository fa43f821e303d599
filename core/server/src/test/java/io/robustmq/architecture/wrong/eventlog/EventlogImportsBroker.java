package io.robustmq.architecture.wrong.eventlog;

import io.robustmq.architecture.wrong.broker.Target;

/** Breaks the rule of its name. */
final class EventlogImportsBroker {
    Target target = new Target();
}
