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
        FULL,
        /** Another home's, which is later, counts. */
        OLDER
    }

    /** What was done to a topic, and can be undone until the log has it. */
    static final class Change {
        private final Result result;

        /** Null if it cleared. */
        private final @Nullable Kept after;

        /** What is there again if the log refuses it. */
        private @Nullable Kept before;

        private Change(Result result, @Nullable Kept after, @Nullable Kept before) {
            this.result = result;
            this.after = after;
            this.before = before;
        }

        Result result() {
            return result;
        }
    }

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
    private static final Change NOTHING = new Change(Result.NOTHING, null, null);
    private static final Change FULL = new Change(Result.FULL, null, null);
    private static final Change OLDER = new Change(Result.OLDER, null, null);

    private final BrokerSettings.Retained limits;
    private final Node root = new Node();
    private final Map<String, Message> expiring = new HashMap<>();

    /** Changes that are on their way into the log, by topic, in its order. */
    private final Map<String, List<Change>> unsettled = new HashMap<>();

    private final Cleared cleared;
    private volatile int count;
    private volatile long bytes;

    RetainedStore(BrokerSettings.Retained limits) {
        this.limits = limits;
        this.cleared = new Cleared(limits.maxMessages());
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
        Stamp stamp = message.stamp();
        if (stamp != null && !counts(stamp, message.topic(), old)) {
            return OLDER;
        }
        long oldBytes = old == null ? 0 : old.message.bytes();
        // a message that is no bigger than the one it replaces is never refused
        boolean grows = old == null || message.bytes() > oldBytes;
        if (grows
                && (count + (old == null ? 1 : 0) > limits.maxMessages()
                        || bytes + message.bytes() - oldBytes > limits.maxBytes())) {
            return FULL;
        }
        Kept kept = new Kept(message, NOT_YET);
        cleared.remove(message.topic());
        put(kept, old);
        return begun(message.topic(), new Change(Result.DONE, kept, old), logged);
    }

    private boolean counts(Stamp stamp, String topic, @Nullable Kept old) {
        return Stamp.isAfter(stamp, old == null ? null : old.message.stamp())
                && Stamp.isAfter(stamp, cleared.get(topic));
    }

    /** At the start: topics that were cleared. */
    synchronized void restore(Map<String, Stamp> stamps) {
        stamps.forEach(cleared::put);
    }

    /** All that have not expired. */
    synchronized List<Message> all(long nowMillis) {
        List<Message> all = new ArrayList<>(count);
        subtree(root, false, nowMillis, all);
        return all;
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
        return clear(topic, null, logged);
    }

    /**
     * @param stamp null if there are no other homes; else the log has it though there is nothing to
     *     clear
     */
    synchronized Change clear(String topic, @Nullable Stamp stamp, Runnable logged) {
        Kept old = find(topic);
        if (old == null && stamp == null) {
            return NOTHING;
        }
        if (stamp != null) {
            if (!counts(stamp, topic, old)) {
                return OLDER;
            }
            cleared.put(topic, stamp);
        }
        if (old != null) {
            remove(topic, old);
        }
        return begun(topic, new Change(Result.DONE, null, old), logged);
    }

    private Change begun(String topic, Change change, Runnable logged) {
        unsettled.computeIfAbsent(topic, key -> new ArrayList<>(1)).add(change);
        logged.run();
        return change;
    }

    private void remove(String topic, Kept old) {
        unlink(root, TopicLevels.split(topic), 0);
        account(count - 1, bytes - old.message.bytes());
        expiring.remove(topic);
    }

    /** The change is in the log, and with it counts whatever came before. */
    synchronized void settled(String topic, Change change, long offset) {
        List<Change> changes = unsettled.getOrDefault(topic, List.of());
        int at = changes.indexOf(change);
        if (at >= 0) {
            changes.subList(0, at + 1).clear();
            forgetIfEmpty(topic, changes);
        }
        if (change.after != null) {
            change.after.offset = offset;
        }
    }

    private void forgetIfEmpty(String topic, List<Change> changes) {
        if (changes.isEmpty()) {
            unsettled.remove(topic);
        }
    }

    /** The message was written anew. */
    @SuppressWarnings("ReferenceEquality") // this very one, not one like it
    synchronized void isAt(Message message, long offset) {
        Kept kept = find(message.topic());
        if (kept != null && kept.message == message) {
            kept.offset = offset;
        }
    }

    /**
     * The log did not take a change: what was before it is there again, or if another change has
     * come since, will be if that is not taken either.
     */
    @SuppressWarnings("ReferenceEquality") // this very one, not one like it
    synchronized void undo(String topic, Change change) {
        List<Change> changes = unsettled.getOrDefault(topic, List.of());
        int at = changes.indexOf(change);
        if (at < 0) {
            return;
        }
        changes.remove(at);
        if (at < changes.size()) {
            changes.get(at).before = change.before;
            return;
        }
        forgetIfEmpty(topic, changes);
        Kept now = find(topic);
        if (now != change.after) {
            return; // it has expired
        }
        Kept before = change.before;
        if (change.after == null) {
            cleared.remove(topic);
        }
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
        cleared.removeOld(nowMillis);
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
