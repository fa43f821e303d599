package io.robustmq.architecture.wrong.telemetry.catalogue;

import org.tomlj.TomlPosition;

/** Breaks the rule of its name. */
final class CatalogueUsesLibrary {
    TomlPosition position = TomlPosition.positionAt(1, 1);
}
