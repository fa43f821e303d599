package io.robustmq.telemetry.event;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The buckets of a {@link Latency}. Two histograms share its counts: one with a few round bounds,
 * and Prometheus' native one, whose bounds are powers of 2^(1/8) seconds. A cell ends wherever a
 * bucket of either does, so it is within one bucket of each, and both always have the same count:
 *
 * <pre>
 *   round     ...          1 ms |                     2.5 ms | ...
 *   native  ... | 0.98 ms |     1.07 ms | ...  2.32 ms |   2.53 ms | ...
 *   cells   ... |         |     |       | ...          |     |     | ...
 * </pre>
 */
public final class LatencyBuckets {
    /** Of the native histogram: 2^{@value} buckets while the duration doubles. */
    public static final int SCHEMA = 3;

    private static final int PER_OCTAVE = 1 << SCHEMA;

    /** What took no longer is in the zero bucket, which ends where bucket {@link #ZERO} would. */
    public static final double ZERO_SECONDS = 0x1p-20;

    private static final int ZERO = -20 * PER_OCTAVE;

    /** Of the bucket that ends above {@link Long#MAX_VALUE} nanoseconds. */
    private static final int LAST = 34 * PER_OCTAVE;

    /** Upper bounds of the round buckets, seconds; above the last is one more. */
    private static final double[] ROUND_SECONDS = {
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
        10
    };

    private static final long[] ROUND_NANOS =
            Arrays.stream(ROUND_SECONDS).mapToLong(s -> Math.round(s * 1e9)).toArray();

    /** Of the native buckets from {@link #ZERO} on, as long as they are below the greatest. */
    private static final long[] NATIVE_NANOS = nativeNanos();

    /** Of the cells; the last has none. */
    private static final long[] UPPER =
            LongStream.concat(Arrays.stream(ROUND_NANOS), Arrays.stream(NATIVE_NANOS))
                    .sorted()
                    .distinct()
                    .toArray();

    /** How many there are. */
    public static final int CELLS = UPPER.length + 1;

    private static final int[] ROUND_OF = bucketOfEachCell(ROUND_NANOS);
    private static final int[] NATIVE_OF = bucketOfEachCell(NATIVE_NANOS);

    /** The cell to look from, by the number of a duration's bits and the three below the first. */
    private static final short[] FIRST = firsts();

    private LatencyBuckets() {}

    private static long[] nativeNanos() {
        return IntStream.rangeClosed(ZERO, LAST)
                .mapToDouble(index -> 1e9 * Math.pow(2, (double) index / PER_OCTAVE))
                .filter(nanos -> nanos < Long.MAX_VALUE)
                .mapToLong(nanos -> (long) nanos)
                .toArray();
    }

    private static int[] bucketOfEachCell(long[] bounds) {
        int[] buckets = new int[UPPER.length + 1];
        for (int cell = 0; cell < UPPER.length; cell++) {
            int found = Arrays.binarySearch(bounds, UPPER[cell]);
            buckets[cell] = found < 0 ? -found - 1 : found;
        }
        buckets[UPPER.length] = bounds.length;
        return buckets;
    }

    private static short[] firsts() {
        short[] cells = new short[Long.SIZE << SCHEMA];
        for (int bits = SCHEMA + 1; bits < Long.SIZE; bits++) {
            for (int next = 0; next < PER_OCTAVE; next++) {
                long least = (long) (PER_OCTAVE + next) << bits - SCHEMA - 1;
                int found = Arrays.binarySearch(UPPER, least);
                cells[bits << SCHEMA | next] = (short) (found < 0 ? -found - 1 : found);
            }
        }
        return cells;
    }

    /** Where a duration is counted. */
    static int cellOf(long nanos) {
        if (nanos <= UPPER[0]) {
            return 0;
        }
        int bits = Long.SIZE - Long.numberOfLeadingZeros(nanos);
        int next = (int) (nanos >>> bits - SCHEMA - 1) & PER_OCTAVE - 1;
        int cell = FIRST[bits << SCHEMA | next];
        while (cell < UPPER.length && nanos > UPPER[cell]) {
            cell++; // at most twice, and once more where a round bound is
        }
        return cell;
    }

    /** The round bucket of a cell. */
    static int roundOf(int cell) {
        return ROUND_OF[cell];
    }

    static int roundBuckets() {
        return ROUND_NANOS.length + 1;
    }

    /** Upper bounds of the round buckets, without the last, which has none. */
    public static double[] roundSeconds() {
        return ROUND_SECONDS.clone();
    }

    /** The counts of the round buckets, not cumulative. */
    public static long[] round(long[] cells) {
        return sums(cells, ROUND_OF, roundBuckets());
    }

    /**
     * The counts of the native buckets, not cumulative: first the zero bucket's, then from {@link
     * #firstIndex} on.
     */
    public static long[] exponential(long[] cells) {
        return sums(cells, NATIVE_OF, NATIVE_NANOS.length + 1);
    }

    /** Index of the native bucket that follows the zero bucket; it ends at 2^(index/8) seconds. */
    public static int firstIndex() {
        return ZERO + 1;
    }

    private static long[] sums(long[] cells, int[] bucketOf, int buckets) {
        long[] sums = new long[buckets];
        for (int cell = 0; cell < cells.length; cell++) {
            sums[bucketOf[cell]] += cells[cell];
        }
        return sums;
    }
}
