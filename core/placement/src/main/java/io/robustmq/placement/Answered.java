package io.robustmq.placement;

/**
 * @param revision of the state that the command made when it was done
 */
record Answered(long revision, Answer answer) {}
