package io.robustmq.broker;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What a client is to be answered to its QoS 1 and 2 PUBLISH packets, in the order that they came
 * [MQTT-4.6.0-2, 4.6.0-3]: an answer that need not wait for the log waits for those before it.
 * Belongs to the session's loop.
 *
 * <p>Bound: {@link #MANY}, above which the client is not read until there are fewer.
 */
final class Answers {
    private static final int MANY = 2048;

    /** One packet's. */
    abstract static class Answer {
        private boolean ready;

        /**
         * @param ready it waits for nothing but those before it
         */
        Answer(boolean ready) {
            this.ready = ready;
        }

        /** Its turn has come, and what it waited for has happened. */
        abstract void give();
    }

    private final Queue<Answer> waiting = new ArrayDeque<>(4);

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    boolean areMany() {
        return waiting.size() >= MANY;
    }

    /** If it is the first, it waits for something else than its turn. */
    void add(Answer answer) {
        waiting.add(answer);
    }

    /** Gives it if it is the first, and those after it that have waited for it only. */
    void ready(Answer answer) {
        answer.ready = true;
        for (Answer next = waiting.peek(); next != null && next.ready; next = waiting.peek()) {
            waiting.remove();
            next.give();
        }
    }
}
