package io.robustmq.testkit;

import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.TraceContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Keeps every event in the order emitted. Any thread. */
public final class RecordingEvents implements Events {
    private final List<Event> emitted = new CopyOnWriteArrayList<>();
    private final Object arrived = new Object();
    private volatile Set<String> traced = Set.of();

    @Override
    public void emit(Event event) {
        emitted.add(event);
        synchronized (arrived) {
            arrived.notifyAll();
        }
    }

    @Override
    public void emit(Event event, TraceContext trace) {
        emit(event);
    }

    @Override
    public boolean isTraced(String clientId, String remoteAddr, String topicName) {
        return traced.contains(clientId) || traced.contains(topicName);
    }

    /** From now on every event about these clients or topics is wanted. */
    public void trace(String... clientsAndTopics) {
        traced = Set.of(clientsAndTopics);
    }

    public List<Event> all() {
        return List.copyOf(emitted);
    }

    public <E extends Event> List<E> of(Class<E> type) {
        return emitted.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /**
     * Waits until an event of {@code type} that satisfies {@code wanted} was emitted, also one from
     * before; fails after 10 s.
     */
    public <E extends Event> E await(Class<E> type, Predicate<E> wanted)
            throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        synchronized (arrived) {
            while (true) {
                for (E event : of(type)) {
                    if (wanted.test(event)) {
                        return event;
                    }
                }
                long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    throw new AssertionError(
                            "no such "
                                    + type.getSimpleName()
                                    + " within 10 s; emitted: "
                                    + emitted);
                }
                arrived.wait(leftMillis);
            }
        }
    }

    public <E extends Event> E await(Class<E> type) throws InterruptedException {
        return await(type, event -> true);
    }
}
