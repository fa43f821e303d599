package io.robustmq.telemetry.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How often the thread of a sink looks for more. */
class ShipLoopTest {
    private static final Courier.Listener NOBODY =
            new Courier.Listener() {
                @Override
                public void failed(Sink<?> sink, Throwable cause, int attempts) {}

                @Override
                public void recovered(Sink<?> sink, long outageMillis, long dropped) {}
            };

    /** There is always something to ship. */
    private static final class Busy implements ShipLoop.Steps {
        final List<Long> nanos = new CopyOnWriteArrayList<>();
        final boolean behind;
        volatile boolean closed;

        Busy(boolean behind) {
            this.behind = behind;
        }

        @Override
        public boolean ship() {
            if (nanos.size() < 1000) {
                nanos.add(System.nanoTime());
                return true;
            }
            return false;
        }

        @Override
        public boolean isBehind() {
            return behind;
        }

        @Override
        public void await() throws InterruptedException {
            Thread.sleep(1);
        }

        @Override
        public void keepPlace() {}

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Looks, finds nothing, and is told to finish when the last has come. */
    private static final class Late implements ShipLoop.Steps {
        private volatile @Nullable ShipLoop loop;
        private int looks;
        volatile boolean shipped;

        @Override
        public boolean ship() {
            looks++;
            ShipLoop told = loop;
            if (looks == 1 && told != null) {
                told.finish(System.nanoTime() + TimeUnit.SECONDS.toNanos(60));
                return false;
            }
            shipped |= looks == 2;
            return looks == 2;
        }

        @Override
        public boolean isBehind() {
            return false;
        }

        @Override
        public void await() {
            throw new AssertionError("there is something");
        }

        @Override
        public void keepPlace() {}

        @Override
        public void close() {}
    }

    private static ShipLoop started(ShipLoop.Steps steps) {
        ShipLoop loop = new ShipLoop(new Courier<>(new FakeSink<>(), NOBODY, () -> 0), steps);
        loop.start();
        return loop;
    }

    private static void end(ShipLoop loop) throws InterruptedException {
        loop.finish(System.nanoTime() + TimeUnit.SECONDS.toNanos(60));
        loop.awaitFinished();
    }

    @Test
    void who_shipped_a_little_waits_for_more() throws Exception {
        Busy steps = new Busy(false);
        long before = System.nanoTime(); // it waits as of when a step began
        ShipLoop loop = started(steps);
        Running.await("third time", () -> steps.nanos.size() >= 3);
        assertThat(steps.nanos.get(2) - before)
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(1000));
        end(loop);
        assertThat(steps.nanos).as("at the end nobody waits").hasSize(1000);
        assertThat(steps.closed).isTrue();
    }

    @Test
    void what_came_between_the_last_look_and_the_order_to_finish_is_shipped() throws Exception {
        Late steps = new Late();
        ShipLoop loop = new ShipLoop(new Courier<>(new FakeSink<>(), NOBODY, () -> 0), steps);
        steps.loop = loop;
        loop.start();
        Running.await("shipped", () -> steps.shipped);
        loop.awaitFinished();
    }

    @Test
    void who_is_behind_does_not() throws Exception {
        Busy steps = new Busy(true);
        ShipLoop loop = started(steps);
        // by 500 ms each it would be eight minutes
        Running.await("all", () -> steps.nanos.size() == 1000);
        end(loop);
    }
}
