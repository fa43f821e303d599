package io.robustmq.architecture.wrong.replication;

import org.tomlj.TomlPosition;

/** Breaks the rule of its name. */
final class ReplicationUsesLibrary {
    TomlPosition position = TomlPosition.positionAt(1, 1);
}
