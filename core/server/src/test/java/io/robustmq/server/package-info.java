@NullMarked
package io.robustmq.server;

import org.jspecify.annotations.NullMarked;
