package io.robustmq.telemetry.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int VALUES = 1_000_000;

    private final Latency latency = new Latency();

    /** Prometheus' definition, with a logarithm: above 2^((i-1)/8), and at most 2^(i/8) seconds. */
    private static int slowIndex(long nanos) {
        double position = Math.log(nanos / 1e9) / Math.log(2) * (1 << LatencyBuckets.SCHEMA);
        double nearest = Math.rint(position);
        return (int) (Math.abs(position - nearest) < 1e-11 ? nearest : Math.ceil(position));
    }

    private static int slowRound(long nanos) {
        int bucket = 0;
        for (double bound : LatencyBuckets.roundSeconds()) {
            bucket += nanos > Math.round(bound * 1e9) ? 1 : 0;
        }
        return bucket;
    }

    private static void check(long nanos) {
        long[] cells = new long[LatencyBuckets.CELLS];
        cells[LatencyBuckets.cellOf(nanos)] = 1;
        int bucket = only(LatencyBuckets.exponential(cells));
        int index = bucket == 0 ? 0 : LatencyBuckets.firstIndex() + bucket - 1;
        int expected = nanos <= LatencyBuckets.ZERO_SECONDS * 1e9 ? 0 : slowIndex(nanos);
        assertThat(index).as("native bucket of " + nanos + " ns").isEqualTo(expected);
        assertThat(only(LatencyBuckets.round(cells)))
                .as("round bucket of " + nanos + " ns")
                .isEqualTo(slowRound(nanos));
    }

    private static int only(long[] counts) {
        assertThat(Arrays.stream(counts).sum()).isOne();
        int at = 0;
        while (counts[at] == 0) {
            at++;
        }
        return at;
    }

    @Test
    void a_duration_is_in_the_buckets_that_a_logarithm_and_a_comparison_say() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < VALUES / 10; i++) {
            check(random.nextLong() >>> 1 + random.nextInt(62)); // each magnitude as often
        }
    }

    @Test
    void the_bounds_are_within_their_buckets_and_the_next_nanosecond_is_not() {
        for (double bound : LatencyBuckets.roundSeconds()) {
            for (long off = -1; off <= 1; off++) {
                check(Math.round(bound * 1e9) + off);
            }
        }
        for (int power = -19; power <= 9; power++) {
            for (long off = -1; off <= 1; off++) {
                check((long) (1e9 * Math.pow(2, power)) + off);
            }
        }
        check(Long.MAX_VALUE);
    }

    @Test
    void what_took_no_time_or_less_is_in_the_zero_bucket() {
        for (long nanos : new long[] {0, 1, 953, -1, Long.MIN_VALUE}) {
            assertThat(LatencyBuckets.cellOf(nanos)).isZero();
        }
        assertThat(LatencyBuckets.cellOf(954)).isOne();
    }

    @Test
    void both_histograms_have_every_occurrence() {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        long times = 0;
        for (int i = 0; i < VALUES; i++) {
            int together = 1 + random.nextInt(3);
            latency.record(random.nextLong() >>> 1 + random.nextInt(62), together);
            times += together;
        }
        assertThat(Arrays.stream(latency.counts()).sum()).isEqualTo(times);
        assertThat(Arrays.stream(LatencyBuckets.exponential(latency.cells())).sum())
                .isEqualTo(times);
    }

    @Test
    void the_example_of_a_round_bucket_is_found_by_it() {
        TraceContext trace = new TraceContext(1, 2, 3, true, "");
        latency.example(1_000_001, trace, 5); // 1 ms and 1 ns: not in the bucket up to 1 ms
        assertThat(latency.exampleOf(3)).isNull();
        assertThat(latency.exampleOf(4)).isEqualTo(new Latency.Example(1_000_001, trace, 5));
    }
}
