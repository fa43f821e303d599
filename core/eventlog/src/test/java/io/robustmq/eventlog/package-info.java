@NullMarked
package io.robustmq.eventlog;

import org.jspecify.annotations.NullMarked;
