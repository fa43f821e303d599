package io.robustmq.telemetry.pipeline;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The tail buffer: messages that were recorded for how they ended, so that what else becomes of
 * them joins their trace. Any thread.
 *
 * <p>Bound: {@link #MAX} messages; the oldest goes first.
 */
final class KeptTraces {
    static final int MAX = 1024;

    private record Message(long receivedNanos, String topicName) {}

    private final Map<Message, PublishSpan> byMessage =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Message, PublishSpan> eldest) {
                    return size() > MAX;
                }
            };

    synchronized PublishSpan of(
            long receivedNanos, String topicName, Supplier<PublishSpan> beginning) {
        return byMessage.computeIfAbsent(
                new Message(receivedNanos, topicName), message -> beginning.get());
    }
}
