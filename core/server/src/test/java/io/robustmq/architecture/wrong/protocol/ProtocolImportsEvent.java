package io.robustmq.architecture.wrong.protocol;

import io.robustmq.architecture.wrong.telemetry.event.Target;

/** Breaks the rule of its name. */
final class ProtocolImportsEvent {
    Target target = new Target();
}
