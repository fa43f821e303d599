@NullMarked
package io.robustmq.protocol;

import org.jspecify.annotations.NullMarked;
