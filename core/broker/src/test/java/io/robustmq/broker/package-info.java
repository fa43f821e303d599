@NullMarked
package io.robustmq.broker;

import org.jspecify.annotations.NullMarked;
