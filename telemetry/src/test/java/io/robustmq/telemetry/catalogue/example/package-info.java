/** Event types that follow the rules of publishing, and ones that do not. */
@NullMarked
package io.robustmq.telemetry.catalogue.example;

import org.jspecify.annotations.NullMarked;
