package io.robustmq.broker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The latest retained message of each topic. Any thread; one lock, held for a store, a removal or
 * one match.
 *
 * <p>Bounded in messages and bytes; when full a new topic or a bigger message is refused. Expired
 * messages are not found, and {@link #removeExpired} frees their room.
 */
final class RetainedStore {
    /** What became of a message. */
    enum Stored {
        STORED,
        FULL
    }

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
     */
    synchronized Stored store(Message message) {
        Message old = find(message.topic());
        long newBytes = bytes + message.bytes() - (old == null ? 0 : old.bytes());
        int newCount = count + (old == null ? 1 : 0);
        // a message that is no bigger than the one it replaces is never refused
        boolean grows = old == null || message.bytes() > old.bytes();
        if (grows && (newCount > limits.maxMessages() || newBytes > limits.maxBytes())) {
            return Stored.FULL;
        }
        Node node = root;
        for (String level : TopicLevels.split(message.topic())) {
            node = node.childToWrite(level);
        }
        node.message = message;
        account(newCount, newBytes);
        if (message.expires()) {
            expiring.put(message.topic(), message);
        } else {
            expiring.remove(message.topic());
        }
        return Stored.STORED;
    }

    /** False if there was none. */
    synchronized boolean clear(String topic) {
        Message old = find(topic);
        if (old == null) {
            return false;
        }
        unlink(root, TopicLevels.split(topic), 0);
        account(count - 1, bytes - old.bytes());
        expiring.remove(topic);
        return true;
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
        gone.forEach(this::clear);
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

    private @Nullable Message find(String topic) {
        Node node = root;
        for (String level : TopicLevels.split(topic)) {
            node = node.children.get(level);
            if (node == null) {
                return null;
            }
        }
        return node.message;
    }

    private static void unlink(Node node, String[] levels, int depth) {
        if (depth == levels.length) {
            node.message = null;
            return;
        }
        Node child = node.children.get(levels[depth]);
        if (child != null) {
            unlink(child, levels, depth + 1);
            if (child.message == null && child.children.isEmpty()) {
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
        @Nullable Message message;

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
            if (message != null && !message.isExpiredAt(nowMillis)) {
                into.add(message);
            }
        }
    }
}
