package io.robustmq.chaos;

/**
 * A word that was not kept.
 *
 * @param at about when, in nanoseconds as all times of a history
 */
record Violation(String rule, String what, long at) {}
