@NullMarked
package io.robustmq.telemetry.catalogue;

import org.jspecify.annotations.NullMarked;
