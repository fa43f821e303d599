/** What leaves a running broker arrives, in the parts that people run beside it. */
@NullMarked
package io.robustmq.collectors;

import org.jspecify.annotations.NullMarked;
