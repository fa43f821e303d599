package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final long T0 = 1_800_000_000_000L;
    private final Throttle throttle = new Throttle(2, 3, 10);
    private final List<String> told = new ArrayList<>();

    @Test
    void what_is_over_the_rate_is_counted_into_the_next_record() {
        for (int i = 0; i < 3; i++) {
            assertThat(throttle.admit(0, "k", T0)).isZero();
        }
        for (int i = 0; i < 5; i++) {
            assertThat(throttle.admit(0, "k", T0 + 500)).isEqualTo(Throttle.LEAVE_OUT);
        }
        assertThat(throttle.admit(0, "k", T0 + 1000)).isEqualTo(5);
        assertThat(throttle.admit(0, "k", T0 + 1000)).isZero();
    }

    @Test
    void keys_and_types_do_not_share() {
        for (int i = 0; i < 3; i++) {
            throttle.admit(0, "k", T0);
        }
        assertThat(throttle.admit(0, "k", T0)).isEqualTo(Throttle.LEAVE_OUT);
        assertThat(throttle.admit(0, "other", T0)).isZero();
        assertThat(throttle.admit(1, "k", T0)).isZero();
    }

    @Test
    void what_was_reported_in_a_lost_record_is_reported_again() {
        for (int i = 0; i < 5; i++) {
            throttle.admit(0, "k", T0);
        }
        long leftOut = throttle.admit(0, "k", T0 + 1000);
        throttle.giveBack(0, "k", leftOut);
        assertThat(throttle.admit(0, "k", T0 + 1000)).isEqualTo(2);
    }

    @Test
    void beyond_the_bound_new_keys_share_one() {
        for (int key = 0; key < 10; key++) {
            throttle.admit(0, "k" + key, T0);
        }
        assertThat(throttle.keys()).isEqualTo(10);
        for (int key = 0; key < 3; key++) {
            assertThat(throttle.admit(0, "more" + key, T0)).isZero();
        }
        assertThat(throttle.admit(0, "more3", T0)).isEqualTo(Throttle.LEAVE_OUT);
        assertThat(throttle.keys()).isEqualTo(10);
    }

    @Test
    void quiet_keys_make_room_and_their_counts_are_told() {
        for (int i = 0; i < 7; i++) {
            throttle.admit(0, "k", T0);
        }
        throttle.admit(0, "quiet", T0);
        throttle.sweep(T0 + 5_000, this::tell);
        assertThat(throttle.keys()).as("not quiet for long").isEqualTo(2);
        throttle.sweep(T0 + 60_000, this::tell);
        assertThat(throttle.keys()).isZero();
        assertThat(told).containsExactly("0 k 4");
        assertThat(throttle.pending()).isZero();
    }

    @Test
    void a_count_that_cannot_be_told_is_kept_and_told_later() {
        for (int i = 0; i < 7; i++) {
            throttle.admit(0, "k", T0);
        }
        throttle.sweep(T0 + 60_000, (type, key, leftOut) -> false);
        assertThat(throttle.keys()).isZero();
        assertThat(throttle.pending()).isEqualTo(4);
        throttle.sweep(T0 + 61_000, this::tell);
        assertThat(told).containsExactly("0  4");
        assertThat(throttle.pending()).isZero();
    }

    @Test
    void a_sweep_tells_of_so_many_keys_and_the_next_of_the_others() {
        Throttle wide = new Throttle(1, 1, 2 * Throttle.MOST_TOLD);
        for (int key = 0; key < Throttle.MOST_TOLD + 10; key++) {
            wide.admit(0, "k" + key, T0);
            wide.admit(0, "k" + key, T0);
        }
        wide.sweep(T0 + 60_000, this::tell);
        assertThat(told).hasSize(Throttle.MOST_TOLD);
        wide.sweep(T0 + 61_000, this::tell);
        assertThat(told).hasSize(Throttle.MOST_TOLD + 10).doesNotHaveDuplicates();
    }

    @Test
    void the_keys_beyond_the_bound_are_told_of_together() {
        for (int key = 0; key < 10; key++) {
            throttle.admit(1, "k" + key, T0);
        }
        for (int i = 0; i < 5; i++) {
            throttle.admit(1, "more" + i, T0);
        }
        throttle.sweep(T0 + 60_000, this::tell);
        assertThat(told).containsExactly("1  2");
    }

    @Test
    void at_the_end_busy_keys_are_told_of_too() {
        for (int i = 0; i < 7; i++) {
            throttle.admit(0, "k", T0);
        }
        throttle.sweepAll(T0, this::tell);
        assertThat(told).containsExactly("0 k 4");
    }

    private boolean tell(int type, String key, long leftOut) {
        told.add(type + " " + key + " " + leftOut);
        return true;
    }

    @Test
    void a_key_as_long_as_a_client_likes_takes_no_more_room() {
        String longKey = "x".repeat(65_000);
        for (int i = 0; i < 3; i++) {
            assertThat(throttle.admit(0, longKey + i, T0)).isZero();
        }
        assertThat(throttle.admit(0, longKey, T0)).isEqualTo(Throttle.LEAVE_OUT);
    }

    @Test
    void the_sum_is_exact_with_many_threads_and_a_sweeper() throws Exception {
        Throttle busy = new Throttle(1, 2, 5);
        AtomicLong clock = new AtomicLong(T0);
        AtomicLong written = new AtomicLong();
        AtomicLong reported = new AtomicLong();
        int threads = 4;
        int each = 100_000;
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            running.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < each; i++) {
                                    long leftOut = busy.admit(0, "k" + i / 64 % 9, clock.get());
                                    if (leftOut != Throttle.LEAVE_OUT) {
                                        written.incrementAndGet();
                                        reported.addAndGet(leftOut);
                                    }
                                }
                            }));
        }
        AtomicLong told = new AtomicLong();
        AtomicLong asked = new AtomicLong();
        Throttle.Teller teller =
                (type, key, leftOut) -> {
                    if (asked.incrementAndGet() % 3 == 0) {
                        return false;
                    }
                    told.addAndGet(leftOut);
                    return true;
                };
        while (running.stream().anyMatch(Thread::isAlive)) {
            clock.addAndGet(11_000);
            busy.sweep(clock.get(), teller);
        }
        long occurrences = (long) threads * each;
        assertThat(written.get() + reported.get() + told.get() + busy.pending())
                .isEqualTo(occurrences);
        for (int sweep = 0; sweep < 10; sweep++) {
            clock.addAndGet(11_000);
            busy.sweep(clock.get(), teller);
        }
        assertThat(busy.keys()).isZero();
        assertThat(busy.pending()).isZero();
        assertThat(written.get() + reported.get() + told.get()).isEqualTo(occurrences);
        assertThat(told).as("some were told by themselves").hasPositiveValue();
    }

    @Test
    void a_rate_it_cannot_count_is_refused() {
        assertThatThrownBy(() -> new Throttle(1, 5000, 10)).hasMessageContaining("4095");
    }
}
