/**
 * What proves that a message which was acknowledged is kept, and what measures the keeping: clients
 * that remember as the specification tells them, a history of what they saw, a checker of it, and
 * the real process, killed and robbed of its disk. Black box: nothing here imports the broker.
 */
@NullMarked
package io.robustmq.crash;

import org.jspecify.annotations.NullMarked;
