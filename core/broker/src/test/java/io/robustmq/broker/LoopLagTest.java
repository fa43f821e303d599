package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopLagTest {
    private final LoopLag lag = new LoopLag();

    @Test
    void what_begins_later_than_it_was_due_is_the_lag() {
        long start = -5; // System.nanoTime may be negative
        long after = lag.begin(start);
        assertThat(lag.ran(start + after)).isEqualTo(after);
        assertThat(lag.lags().counts()[0]).isOne();

        long late = start + 2 * after + TimeUnit.MILLISECONDS.toNanos(30);
        lag.ran(late);
        assertThat(lag.lags().sumSeconds()).isEqualTo(0.03);
        lag.ran(late + after); // it is not late a second time
        assertThat(lag.lags().sumSeconds()).isEqualTo(0.03);
    }
}
