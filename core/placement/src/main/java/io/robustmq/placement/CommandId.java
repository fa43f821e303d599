package io.robustmq.placement;

/**
 * Which command it is, so that one that is sent again, because its answer was lost, is done once.
 *
 * @param origin who sent it: drawn anew each time that a member starts
 * @param number of those of that origin; of two that are under way at once the difference is less
 *     than {@link Window#WIDTH}
 */
record CommandId(MemberId origin, long number) {}
