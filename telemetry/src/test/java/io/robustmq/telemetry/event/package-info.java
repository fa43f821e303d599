@NullMarked
package io.robustmq.telemetry.event;

import org.jspecify.annotations.NullMarked;
