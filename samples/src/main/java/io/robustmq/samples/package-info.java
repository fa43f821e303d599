/** Examples to run and to copy from. */
@NullMarked
package io.robustmq.samples;

import org.jspecify.annotations.NullMarked;
