package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerTest {
    private final FakeSink<Integer> sink = new FakeSink<>();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Courier.Listener listener =
            new Courier.Listener() {
                @Override
                public void failed(Sink<?> failed, Throwable cause, int attempts) {
                    told.add("failed " + cause.getMessage() + " " + attempts);
                }

                @Override
                public void recovered(Sink<?> back, long outageMillis, long dropped) {
                    told.add("recovered " + dropped);
                }
            };
    private final Worker<Integer> worker = new Worker<>(sink, 100, listener);

    @AfterEach
    void stop() throws InterruptedException {
        sink.release();
        finish(1000);
    }

    @Test
    void what_is_offered_is_shipped_in_order() throws Exception {
        worker.start();
        IntStream.range(0, 50).forEach(worker::offer);
        finish(5000);
        assertThat(sink.taken()).isEqualTo(IntStream.range(0, 50).boxed().toList());
        assertThat(worker.shipped()).isEqualTo(50);
        assertThat(worker.dropped()).isZero();
        assertThat(sink.closed()).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void what_comes_waits_for_more_until_it_is_enough_for_a_request_or_the_end() throws Exception {
        FakeSink<Integer> few = new FakeSink<>();
        Worker<Integer> patient = new Worker<>(few, 100, listener, TimeUnit.HOURS.toNanos(1));
        patient.start();
        IntStream.range(0, 50).forEach(patient::offer);
        Running.await("half the queue is enough", () -> patient.shipped() == 50);
        assertThat(few.callNanos()).hasSize(1);
        patient.offer(50);
        patient.finish(System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
        patient.awaitFinished();
        assertThat(few.taken()).hasSize(51);
        assertThat(few.callNanos()).hasSize(2);
    }

    @Test
    void while_it_fails_the_queue_fills_and_the_rest_is_counted() throws Exception {
        sink.failing(true);
        worker.start();
        worker.offer(-1);
        Running.await("tried", sink::entered);
        long accepted = IntStream.range(0, 250).filter(worker::offer).count();
        assertThat(accepted).isEqualTo(100);
        assertThat(worker.dropped()).isEqualTo(150);
        assertThat(worker.waiting()).isEqualTo(101);
        assertThat(worker.up()).isFalse();
        sink.failing(false);
        Running.await("shipped", () -> worker.shipped() == 101);
        assertThat(worker.up()).isTrue();
        Running.await("told", () -> told.size() == 2);
        assertThat(told).containsExactly("failed not now 1", "recovered 150");
        assertThat(sink.taken()).startsWith(-1, 0, 1).endsWith(98, 99).doesNotHaveDuplicates();
    }

    @Test
    void it_tries_more_and_more_slowly() throws Exception {
        sink.failing(true);
        worker.start();
        worker.offer(1);
        Running.await("tried", () -> sink.callNanos().size() >= 4);
        List<Long> calls = sink.callNanos();
        for (int i = 1; i < 4; i++) {
            long pauseMillis = (calls.get(i) - calls.get(i - 1)) / 1_000_000;
            assertThat(pauseMillis).isGreaterThanOrEqualTo(99L << (i - 1));
        }
    }

    @Test
    void what_the_other_end_refuses_is_dropped_and_not_tried_again() throws Exception {
        sink.refusing(true);
        worker.start();
        worker.offer(1);
        Running.await("refused", () -> worker.dropped() == 1);
        sink.refusing(false);
        worker.offer(2);
        Running.await("shipped", () -> worker.shipped() == 1);
        assertThat(sink.taken()).containsExactly(2);
        assertThat(told).containsExactly("failed never 1");
    }

    @Test
    void a_sink_that_hangs_delays_the_end_only_until_the_deadline() throws Exception {
        sink.hanging();
        worker.start();
        worker.offer(1);
        Running.await("hangs", sink::entered);
        worker.offer(2);
        long began = System.nanoTime();
        finish(300);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)).isBetween(250L, 5000L);
        assertThat(worker.dropped()).isEqualTo(2);
        assertThat(sink.closed()).isTrue();
    }

    @Test
    void a_sink_that_fails_is_given_one_last_chance() throws Exception {
        sink.failing(true);
        worker.start();
        worker.offer(1);
        Running.await("tried", sink::entered);
        IntStream.range(0, 10).forEach(worker::offer);
        long began = System.nanoTime();
        finish(20_000);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)).isLessThan(10_000);
        assertThat(worker.shipped()).isZero();
        assertThat(worker.dropped()).isEqualTo(11);
    }

    private void finish(long withinMillis) throws InterruptedException {
        worker.finish(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMillis));
        worker.awaitFinished();
    }
}
