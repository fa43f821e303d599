package io.robustmq.architecture.wrong.journal;

import io.robustmq.architecture.wrong.placement.Target;

/** Breaks the rule of its name. */
final class JournalImportsPlacement {
    Target target = new Target();
}
