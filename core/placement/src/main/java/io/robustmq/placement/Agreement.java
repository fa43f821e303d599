package io.robustmq.placement;

/**
 * What became of a wish that is in the log now.
 *
 * @param revision of the state after it
 * @param changed false if that is the state before it: there was nothing to end, or no room
 */
public record Agreement(long revision, boolean changed) {}
