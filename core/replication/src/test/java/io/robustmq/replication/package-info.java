@NullMarked
package io.robustmq.replication;

import org.jspecify.annotations.NullMarked;
