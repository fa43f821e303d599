package io.robustmq.broker;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Values by topic filter, found by topic. Each level of a filter is one level of the tree:
 *
 * <pre>
 *   a/+/c, a/#, a        root -a-> n1 [a] -#-> [a/#]
 *                                    +-'+'-> n2 -c-> [a/+/c]
 * </pre>
 *
 * <p>Read without a lock by any thread; writers take turns. A reader that began before a write may
 * or may not see it. {@link #version} changes after each write, so an answer computed after reading
 * a version is good for as long as the version stays.
 *
 * <p>At one node an owner has at most one value. Filters come with at most {@link TopicLevels#MAX}
 * levels, which bounds the depth of recursion.
 */
final class FilterTrie<V> {
    /** Above this many values a node keeps a map: copying a list would make n adds cost n². */
    private static final int MOST_IN_LIST = 32;

    private final Function<V, Object> ownerOf;
    private final Node<V> root = new Node<>();
    private volatile long version;

    FilterTrie(Function<V, Object> ownerOf) {
        this.ownerOf = ownerOf;
    }

    long version() {
        return version;
    }

    /** Adds a value, or replaces that of the same owner, which is returned. */
    synchronized @Nullable V put(String filter, V value) {
        Node<V> node = root;
        for (String level : TopicLevels.split(filter)) {
            node = node.childToWrite(level);
        }
        V replaced = node.put(ownerOf.apply(value), value, ownerOf);
        changed();
        return replaced;
    }

    /** Removes the owner's value and the nodes that nothing needs any more. */
    synchronized @Nullable V remove(String filter, Object owner) {
        String[] levels = TopicLevels.split(filter);
        V removed = remove(root, levels, 0, owner);
        if (removed != null) {
            changed();
        }
        return removed;
    }

    /** What was found may be different now, though no value is. */
    synchronized void touch() {
        changed();
    }

    /** Whether a filter begins with this level. */
    boolean hasFiltersBelow(String firstLevel) {
        return root.child(firstLevel) != null;
    }

    /** Adds to {@code into} every value whose filter matches (MQTT 5, 4.7). */
    void match(String topic, List<? super V> into) {
        String[] levels = TopicLevels.split(topic);
        match(root, levels, 0, topic.startsWith("$"), into);
    }

    private static <V> void match(
            Node<V> node, String[] levels, int depth, boolean system, List<? super V> into) {
        // a wildcard at the first level does not match topics that begin with $ [MQTT-4.7.2-1]
        boolean wildcards = depth > 0 || !system;
        Node<V> hash = node.hash;
        if (hash != null && wildcards) {
            hash.addTo(into);
        }
        if (depth == levels.length) {
            node.addTo(into);
            return;
        }
        Node<V> plus = node.plus;
        if (plus != null && wildcards) {
            match(plus, levels, depth + 1, system, into);
        }
        Node<V> child = node.child(levels[depth]);
        if (child != null) {
            match(child, levels, depth + 1, system, into);
        }
    }

    private @Nullable V remove(Node<V> node, String[] levels, int depth, Object owner) {
        if (depth == levels.length) {
            return node.take(owner, ownerOf);
        }
        Node<V> child = node.next(levels[depth]);
        if (child == null) {
            return null;
        }
        V removed = remove(child, levels, depth + 1, owner);
        if (removed != null && child.isEmpty()) {
            node.unlink(levels[depth]);
        }
        return removed;
    }

    /** The writers' lock is held, so this is the only one to write. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    private void changed() {
        version = version + 1;
    }

    private static final class Node<V> {
        volatile @Nullable Node<V> plus;
        volatile @Nullable Node<V> hash;
        private volatile @Nullable ConcurrentHashMap<String, Node<V>> children;
        // one of these two, or neither
        private volatile Object @Nullable [] few;
        private volatile @Nullable ConcurrentHashMap<Object, V> many;

        @Nullable Node<V> child(String level) {
            ConcurrentHashMap<String, Node<V>> map = children;
            return map == null ? null : map.get(level);
        }

        @Nullable Node<V> next(String level) {
            return switch (level) {
                case "+" -> plus;
                case "#" -> hash;
                case String name -> child(name);
            };
        }

        Node<V> childToWrite(String level) {
            Node<V> node = next(level);
            if (node != null) {
                return node;
            }
            Node<V> created = new Node<>();
            switch (level) {
                case "+" -> plus = created;
                case "#" -> hash = created;
                case String name -> {
                    ConcurrentHashMap<String, Node<V>> map = children;
                    if (map == null) {
                        map = new ConcurrentHashMap<>(2);
                        children = map;
                    }
                    map.put(name, created);
                }
            }
            return created;
        }

        void unlink(String level) {
            switch (level) {
                case "+" -> plus = null;
                case "#" -> hash = null;
                case String name -> {
                    ConcurrentHashMap<String, Node<V>> map = children;
                    if (map != null) {
                        map.remove(name);
                        if (map.isEmpty()) {
                            children = null;
                        }
                    }
                }
            }
        }

        boolean isEmpty() {
            return plus == null && hash == null && children == null && few == null && many == null;
        }

        @Nullable V put(Object owner, V value, Function<V, Object> ownerOf) {
            ConcurrentHashMap<Object, V> map = many;
            if (map != null) {
                return map.put(owner, value);
            }
            Object[] list = few;
            if (list == null) {
                few = new Object[] {value};
                return null;
            }
            int at = indexOf(list, owner, ownerOf);
            if (at >= 0) {
                Object[] copy = list.clone();
                copy[at] = value;
                few = copy;
                return value(list, at);
            }
            if (list.length < MOST_IN_LIST) {
                Object[] copy = Arrays.copyOf(list, list.length + 1);
                copy[list.length] = value;
                few = copy;
                return null;
            }
            map = new ConcurrentHashMap<>(2 * MOST_IN_LIST);
            for (int i = 0; i < list.length; i++) {
                V old = value(list, i);
                map.put(ownerOf.apply(old), old);
            }
            map.put(owner, value);
            // in this order a reader finds either, or both for a moment, but never neither
            many = map;
            few = null;
            return null;
        }

        @Nullable V take(Object owner, Function<V, Object> ownerOf) {
            ConcurrentHashMap<Object, V> map = many;
            if (map != null) {
                V removed = map.remove(owner);
                if (map.isEmpty()) {
                    many = null;
                }
                return removed;
            }
            Object[] list = few;
            int at = list == null ? -1 : indexOf(list, owner, ownerOf);
            if (list == null || at < 0) {
                return null;
            }
            if (list.length == 1) {
                few = null;
            } else {
                Object[] copy = new Object[list.length - 1];
                System.arraycopy(list, 0, copy, 0, at);
                System.arraycopy(list, at + 1, copy, at, copy.length - at);
                few = copy;
            }
            return value(list, at);
        }

        void addTo(List<? super V> into) {
            Object[] list = few;
            ConcurrentHashMap<Object, V> map = many;
            if (map != null) {
                into.addAll(map.values());
            } else if (list != null) {
                for (int i = 0; i < list.length; i++) {
                    into.add(value(list, i));
                }
            }
        }

        private int indexOf(Object[] list, Object owner, Function<V, Object> ownerOf) {
            for (int i = 0; i < list.length; i++) {
                if (ownerOf.apply(value(list, i)).equals(owner)) {
                    return i;
                }
            }
            return -1;
        }

        @SuppressWarnings("unchecked") // only put() writes, and it writes V
        private V value(Object[] list, int at) {
            return (V) list[at];
        }
    }
}
