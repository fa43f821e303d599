package io.robustmq.architecture.wrong.journal;

import org.tomlj.TomlPosition;

/** Breaks the rule of its name. */
final class JournalUsesLibrary {
    TomlPosition position = TomlPosition.positionAt(1, 1);
}
