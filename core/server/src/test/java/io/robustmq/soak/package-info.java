/**
 * Thousands of connections that come and go: what they leave behind in the real process, and what
 * each costs while it is idle. Black box: nothing here imports the broker.
 */
@NullMarked
package io.robustmq.soak;

import org.jspecify.annotations.NullMarked;
