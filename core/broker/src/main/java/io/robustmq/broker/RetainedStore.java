package io.robustmq.broker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The latest retained message of each topic. Any thread; one lock, held for a store, a removal or
 * one match.
 *
 * <p>A change is handed to the log under that lock: so the log has the changes of a topic in the
 * order that they were made here, and after a restart the last one is the same.
 *
 * <p>Bounded in messages and bytes; when full a new topic or a bigger message is refused. Expired
 * messages are not found, and {@link #removeExpired} frees their room.
 */
final class RetainedStore {
    /** What became of a message. */
    enum Result {
        DONE,
        /** There was none to clear. */
        NOTHING,
        FULL
    }

    /**
     * @param before what it replaced
     */
    record Change(Result result, @Nullable Kept before) {}

    /** A message, and where in the log it is once it is there. */
    static final class Kept {
        private final Message message;
        private long offset;

        private Kept(Message message, long offset) {
            this.message = message;
            this.offset = offset;
        }
    }

    private static final long NOT_YET = -1;
    private static final Change NOTHING = new Change(Result.NOTHING, null);
    private static final Change FULL = new Change(Result.FULL, null);

    private final BrokerSettings.Retained limits;
    private final Node root = new Node();
    private final Map<String, Message> expiring = new HashMap<>();
    private volatile int count;
    private volatile long bytes;

    RetainedStore(BrokerSettings.Retained limits) {
        this.limits = limits;
    }

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    /**
     * Stores or replaces.
     *
     * @param message with at most {@link TopicLevels#MAX} levels
     * @param logged hands it to the log; called if there is room for it
     */
    synchronized Change store(Message message, Runnable logged) {
        Kept old = find(message.topic());
        long oldBytes = old == null ? 0 : old.message.bytes();
        // a message that is no bigger than the one it replaces is never refused
        boolean grows = old == null || message.bytes() > oldBytes;
        if (grows
                && (count + (old == null ? 1 : 0) > limits.maxMessages()
                        || bytes + message.bytes() - oldBytes > limits.maxBytes())) {
            return FULL;
        }
        put(new Kept(message, NOT_YET), old);
        logged.run();
        return new Change(Result.DONE, old);
    }

    /** At the start: what the log has. */
    synchronized void restore(Message message, long offset) {
        put(new Kept(message, offset), find(message.topic()));
    }

    private void put(Kept kept, @Nullable Kept old) {
        Message message = kept.message;
        Node node = root;
        for (String level : TopicLevels.split(message.topic())) {
            node = node.childToWrite(level);
        }
        node.kept = kept;
        account(
                count + (old == null ? 1 : 0),
                bytes + message.bytes() - (old == null ? 0 : old.message.bytes()));
        if (message.expires()) {
            expiring.put(message.topic(), message);
        } else {
            expiring.remove(message.topic());
        }
    }

    synchronized boolean has(String topic) {
        return find(topic) != null;
    }

    synchronized Change clear(String topic, Runnable logged) {
        Kept old = find(topic);
        if (old == null) {
            return NOTHING;
        }
        remove(topic, old);
        logged.run();
        return new Change(Result.DONE, old);
    }

    private void remove(String topic, Kept old) {
        unlink(root, TopicLevels.split(topic), 0);
        account(count - 1, bytes - old.message.bytes());
        expiring.remove(topic);
    }

    /** The message is in the log. */
    @SuppressWarnings("ReferenceEquality") // this very one, not one like it
    synchronized void isAt(Message message, long offset) {
        Kept kept = find(message.topic());
        if (kept != null && kept.message == message) {
            kept.offset = offset;
        }
    }

    /**
     * The log did not take a change: what was before it is there again, unless another change has
     * come since.
     *
     * @param message that was stored; null if one was cleared
     */
    @SuppressWarnings("ReferenceEquality") // this very one, not one like it
    synchronized void undo(String topic, @Nullable Message message, Change change) {
        Kept now = find(topic);
        if ((now == null ? null : now.message) != message) {
            return;
        }
        Kept before = change.before;
        if (before != null) {
            put(before, now);
        } else if (now != null) {
            remove(topic, now);
        }
    }

    /** If the topic's message is still the one at that offset, {@code writer} writes it anew. */
    synchronized void rewrite(String topic, long offset, Consumer<Message> writer) {
        Kept kept = find(topic);
        if (kept != null && kept.offset == offset) {
            writer.accept(kept.message);
        }
    }

    /** Adds to {@code into} what matches and has not expired. */
    synchronized void match(String filter, long nowMillis, List<Message> into) {
        match(root, TopicLevels.split(filter), 0, nowMillis, into);
    }

    /** Returns how many there were. */
    synchronized int removeExpired(long nowMillis) {
        List<String> gone = new ArrayList<>();
        for (Message message : expiring.values()) {
            if (message.isExpiredAt(nowMillis)) {
                gone.add(message.topic());
            }
        }
        for (String topic : gone) {
            Kept old = find(topic);
            if (old != null) {
                remove(topic, old);
            }
        }
        return gone.size();
    }

    private static void match(
            Node node, String[] levels, int depth, long nowMillis, List<Message> into) {
        if (depth == levels.length) {
            node.addTo(into, nowMillis);
            return;
        }
        switch (levels[depth]) {
            case "#" -> subtree(node, depth == 0, nowMillis, into);
            case "+" ->
                    node.children.forEach((name, child) -> {
                        if (depth > 0 || !name.startsWith("$")) {
                            match(child, levels, depth + 1, nowMillis, into);
                        }
                    });
            case String name -> {
                Node child = node.children.get(name);
                if (child != null) {
                    match(child, levels, depth + 1, nowMillis, into);
                }
            }
        }
    }

    private static void subtree(Node node, boolean firstLevel, long nowMillis, List<Message> into) {
        node.addTo(into, nowMillis);
        node.children.forEach((name, child) -> {
            if (!firstLevel || !name.startsWith("$")) {
                subtree(child, false, nowMillis, into);
            }
        });
    }

    private @Nullable Kept find(String topic) {
        Node node = root;
        for (String level : TopicLevels.split(topic)) {
            node = node.children.get(level);
            if (node == null) {
                return null;
            }
        }
        return node.kept;
    }

    private static void unlink(Node node, String[] levels, int depth) {
        if (depth == levels.length) {
            node.kept = null;
            return;
        }
        Node child = node.children.get(levels[depth]);
        if (child != null) {
            unlink(child, levels, depth + 1);
            if (child.kept == null && child.children.isEmpty()) {
                node.unlink(levels[depth]);
            }
        }
    }

    private void account(int newCount, long newBytes) {
        count = newCount;
        bytes = newBytes;
    }

    private static final class Node {
        Map<String, Node> children = Map.of();
        @Nullable Kept kept;

        Node childToWrite(String level) {
            if (children.isEmpty()) {
                children = new HashMap<>(2);
            }
            return children.computeIfAbsent(level, name -> new Node());
        }

        void unlink(String level) {
            children.remove(level);
            if (children.isEmpty()) {
                children = Map.of();
            }
        }

        void addTo(List<Message> into, long nowMillis) {
            if (kept != null && !kept.message.isExpiredAt(nowMillis)) {
                into.add(kept.message);
            }
        }
    }
}
