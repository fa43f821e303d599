package io.robustmq.chaos;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** All that happened, in about the order in which it did. Any thread. */
final class History {
    private final Queue<Happening> all = new ConcurrentLinkedQueue<>();

    void add(Happening happening) {
        all.add(happening);
    }

    List<Happening> all() {
        return List.copyOf(all);
    }

    <T extends Happening> List<T> all(Class<T> type) {
        return all.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
