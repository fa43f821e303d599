package io.robustmq.chaos;

/**
 * What was done to the cluster.
 *
 * @param kind figures are told for each
 * @param single clients may see errors for so long only as one fault may cost
 * @param begun in nanoseconds as all times of a history
 * @param ended when what it was is undone
 * @param ready when all nodes said again that they are ready
 */
record Fault(
        int number, String kind, String what, boolean single, long begun, long ended, long ready) {}
