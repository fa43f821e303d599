package io.robustmq.crash;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Who was subscribed to what, and when for sure. Between a request and its answer nobody knows, and
 * a connection that breaks there leaves it unknown until the next answer.
 */
final class Subscriptions {
    private final Map<String, List<Subscription>> byClient = new LinkedHashMap<>();

    private enum State {
        YES,
        NO,
        UNKNOWN
    }

    /** One filter of one client over time; indexes are those of the history. */
    static final class Subscription {
        final String client;
        final String filter;
        private final String[] levels;
        private final TreeMap<Integer, State> states = new TreeMap<>(Map.of(-1, State.NO));
        private int granted;

        private Subscription(String client, String filter) {
            this.client = client;
            this.filter = filter;
            this.levels = filter.split("/", -1);
        }

        int granted() {
            return granted;
        }

        private void becomes(int index, State state) {
            if (states.lastEntry().getValue() != state) {
                states.put(index, state);
            }
        }

        /** It was there all the time. */
        boolean surelyOver(int from, int to) {
            return isOver(from, to, State.YES);
        }

        /** It was not there at any time. */
        boolean surelyNotOver(int from, int to) {
            return isOver(from, to, State.NO);
        }

        private boolean isOver(int from, int to, State state) {
            Map.Entry<Integer, State> then =
                    Objects.requireNonNull(states.floorEntry(from), "nothing before the first");
            Integer next = states.higherKey(then.getKey());
            return then.getValue() == state && (next == null || next > to);
        }

        boolean matches(String topic) {
            String[] parts = topic.split("/", -1);
            for (int i = 0; i < levels.length; i++) {
                if (levels[i].equals("#")) {
                    return true;
                }
                if (i >= parts.length || !levels[i].equals("+") && !levels[i].equals(parts[i])) {
                    return false;
                }
            }
            return parts.length == levels.length;
        }
    }

    Subscriptions(List<History.Entry> history) {
        for (int i = 0; i < history.size(); i++) {
            switch (history.get(i).fact()) {
                case Fact.Subscribing(String client, String filter, int qos) -> {
                    Subscription subscription = of(client, filter);
                    // to ask for the same again does not take it away
                    if (subscription.states.lastEntry().getValue() != State.YES) {
                        subscription.becomes(i, State.UNKNOWN);
                    }
                }
                case Fact.Subscribed(String client, String filter, int granted) -> {
                    Subscription subscription = of(client, filter);
                    subscription.granted = granted;
                    subscription.becomes(i, State.YES);
                }
                case Fact.Unsubscribing(String client, String filter) ->
                        of(client, filter).becomes(i, State.UNKNOWN);
                case Fact.Unsubscribed(String client, String filter) ->
                        of(client, filter).becomes(i, State.NO);
                default -> {} // others tell nothing of subscriptions
            }
        }
    }

    private Subscription of(String client, String filter) {
        List<Subscription> his = byClient.computeIfAbsent(client, key -> new ArrayList<>());
        for (Subscription subscription : his) {
            if (subscription.filter.equals(filter)) {
                return subscription;
            }
        }
        his.add(new Subscription(client, filter));
        return his.getLast();
    }

    Map<String, List<Subscription>> byClient() {
        return byClient;
    }
}
