package io.robustmq.testkit;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class in which a buffer of Netty's was lost without being released, unless it is one
 * that gRPC alone had in its hands. Found by JUnit as a service; with {@code
 * io.netty.leakDetection.level=paranoid} each buffer is watched.
 */
public final class BufferLeaks implements AfterAllCallback {
    private static final Watch WATCH = new Watch();

    static {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(WATCH);
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        List<String> leaks = WATCH.leaks();
        if (!leaks.isEmpty()) {
            throw new AssertionError(
                    "%d buffers were not released, here or in a class before: %s"
                            .formatted(leaks.size(), leaks.getFirst()));
        }
    }

    /** Makes detectors that keep what they find. */
    private static final class Watch extends ResourceLeakDetectorFactory {
        private final List<Detector<?>> detectors = new CopyOnWriteArrayList<>();
        private final Queue<String> found = new ConcurrentLinkedQueue<>();

        @Override
        @SuppressWarnings("deprecation") // of Netty's own, which still calls it
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            Detector<T> made = new Detector<>(resource, samplingInterval, found);
            detectors.add(made);
            return made;
        }

        List<String> leaks() throws InterruptedException {
            if (detectors.isEmpty()) {
                return List.of(); // nothing of Netty's was used
            }
            collectGarbage();
            detectors.forEach(Detector::look);
            List<String> leaks = List.copyOf(found);
            found.clear();
            return leaks;
        }

        /** Until what was unreachable is known to be so. */
        private static void collectGarbage() throws InterruptedException {
            ReferenceQueue<Object> queue = new ReferenceQueue<>();
            for (int round = 0; round < 2; round++) {
                PhantomReference<Object> canary = new PhantomReference<>(new Object(), queue);
                do {
                    System.gc();
                } while (!canary.equals(queue.remove(100)));
            }
        }
    }

    private static final class Detector<T> extends ResourceLeakDetector<T> {
        private final Queue<String> found;

        Detector(Class<T> resource, int samplingInterval, Queue<String> found) {
            super(resource, samplingInterval);
            this.found = found;
        }

        /** Tracking one more makes it look at those that are gone. */
        @SuppressWarnings("unchecked")
        void look() {
            T probe = (T) new Object();
            ResourceLeakTracker<T> tracker = track(probe);
            if (tracker != null) {
                tracker.close(probe);
            }
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            if (!isOfGrpc(records)) {
                found.add(resourceType + records);
            }
        }

        /**
         * What a call had received that was cancelled, or whose connection broke, is gRPC's own.
         */
        private static boolean isOfGrpc(String records) {
            return records.contains("io.grpc.netty.NettyClientStream")
                    && !records.contains("io.robustmq");
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            found.add(resourceType);
        }
    }
}
