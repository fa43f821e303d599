package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RingTest {
    @Test
    void it_holds_exactly_what_it_may() {
        Ring<Integer> ring = new Ring<>(5);
        List<Integer> out = new ArrayList<>();
        for (int round = 0; round < 7; round++) {
            for (int i = 0; i < 5; i++) {
                assertThat(ring.offer(i)).isTrue();
            }
            assertThat(ring.offer(9)).isFalse();
            assertThat(ring.size()).isEqualTo(5);
            assertThat(ring.drainTo(out, 3)).isEqualTo(3);
            assertThat(ring.drainTo(out, 9)).isEqualTo(2);
        }
        assertThat(out).hasSize(35).startsWith(0, 1, 2, 3, 4, 0);
    }

    @Test
    void of_many_producers_nothing_is_lost_doubled_or_out_of_order() throws Exception {
        int producers = 8;
        int each = 50_000;
        Ring<long[]> ring = new Ring<>(1000);
        AtomicLong refused = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < producers; p++) {
            long id = p;
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (long n = 0; n < each; n++) {
                                    if (!ring.offer(new long[] {id, n})) {
                                        refused.incrementAndGet();
                                    }
                                }
                            }));
        }
        Map<Long, Long> last = new HashMap<>();
        List<long[]> out = new ArrayList<>();
        long received = 0;
        while (threads.stream().anyMatch(Thread::isAlive) || ring.size() > 0) {
            if (ring.drainTo(out, 256) == 0) {
                ring.await(1_000_000);
            }
            for (long[] item : out) {
                Long before = last.put(item[0], item[1]);
                assertThat(before == null || before < item[1]).isTrue();
            }
            received += out.size();
            out.clear();
        }
        assertThat(received + refused.get()).isEqualTo((long) producers * each);
    }

    @Test
    void a_sleeping_consumer_is_woken() throws Exception {
        Ring<Integer> ring = new Ring<>(4);
        List<Integer> out = new ArrayList<>();
        Thread consumer =
                Thread.ofPlatform()
                        .start(() -> {
                            while (ring.drainTo(out, 4) == 0) {
                                ring.await(60_000_000_000L);
                            }
                        });
        Running.await("asleep", () -> consumer.getState() == Thread.State.TIMED_WAITING);
        Thread.sleep(20); // beyond the nap, into the deep sleep
        ring.offer(1);
        consumer.join(10_000);
        assertThat(consumer.isAlive()).isFalse();
    }

    @Test
    void a_consumer_that_waits_for_three_is_woken_by_the_third() throws Exception {
        Ring<Integer> ring = new Ring<>(4);
        AtomicLong woken = new AtomicLong();
        Thread consumer =
                Thread.ofPlatform()
                        .start(() -> {
                            while (ring.size() < 3) {
                                ring.awaitSize(3, 60_000_000_000L);
                                woken.incrementAndGet();
                            }
                        });
        for (int i = 0; i < 3; i++) {
            Running.await("asleep", () -> consumer.getState() == Thread.State.TIMED_WAITING);
            assertThat(woken).hasValue(0);
            ring.offer(i);
        }
        consumer.join(10_000);
        assertThat(consumer.isAlive()).isFalse();
        assertThat(woken).hasValue(1);
    }
}
