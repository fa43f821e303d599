/** The whole stack on one machine: what {@code bin/stack} starts, and the test that asks it. */
@NullMarked
package io.robustmq.stack;

import org.jspecify.annotations.NullMarked;
