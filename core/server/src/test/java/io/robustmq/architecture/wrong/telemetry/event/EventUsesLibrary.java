package io.robustmq.architecture.wrong.telemetry.event;

import org.tomlj.TomlPosition;

/** Breaks the rule of its name. */
final class EventUsesLibrary {
    TomlPosition position = TomlPosition.positionAt(1, 1);
}
