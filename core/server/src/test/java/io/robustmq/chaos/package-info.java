/**
 * A whole cluster of processes that is broken on purpose while clients work on it; a history of
 * what the clients saw decides whether it kept its word.
 */
@NullMarked
package io.robustmq.chaos;

import org.jspecify.annotations.NullMarked;
