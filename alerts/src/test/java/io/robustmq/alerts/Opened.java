package io.robustmq.alerts;

import java.util.ArrayList;
import java.util.List;

/** What a test opened: all of it is closed, the last first, also if some of it fails to. */
final class Opened implements AutoCloseable {
    private final List<AutoCloseable> open = new ArrayList<>();

    <T extends AutoCloseable> T add(T resource) {
        open.add(resource);
        return resource;
    }

    @Override
    public void close() {
        List<Throwable> failures = new ArrayList<>();
        for (AutoCloseable each : open.reversed()) {
            try {
                each.close();
            } catch (Exception | AssertionError e) {
                failures.add(e);
            }
        }
        open.clear();
        if (!failures.isEmpty()) {
            AssertionError told = new AssertionError("not closed in order", failures.getFirst());
            failures.stream().skip(1).forEach(told::addSuppressed);
            throw told;
        }
    }
}
