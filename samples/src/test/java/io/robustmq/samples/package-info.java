@NullMarked
package io.robustmq.samples;

import org.jspecify.annotations.NullMarked;
