@NullMarked
package io.robustmq.telemetry.pipeline;

import org.jspecify.annotations.NullMarked;
