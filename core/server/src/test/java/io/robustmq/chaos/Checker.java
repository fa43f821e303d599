package io.robustmq.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Decides from a history alone whether the cluster kept its word. */
final class Checker {
    private final Cast cast;
    private final List<Happening> history;
    private final List<Violation> violations = new ArrayList<>();

    private final Map<String, Message> offered = new HashMap<>();
    private final Map<String, Happening.Acknowledged> acknowledged = new HashMap<>();

    /** By client and message: how often it came. */
    private final Map<String, Map<String, Integer>> came = new HashMap<>();

    private final Map<String, Long> lastCame = new HashMap<>();

    Checker(Cast cast, List<Happening> history) {
        this.cast = cast;
        this.history = history;
        for (Happening each : history) {
            switch (each) {
                case Happening.Offered(long _, Message message) ->
                        offered.put(message.key(), message);
                case Happening.Acknowledged it -> acknowledged.put(it.message().key(), it);
                case Happening.Came it -> {
                    String key = Message.key(it.payload());
                    came.computeIfAbsent(it.client(), client -> new HashMap<>())
                            .merge(key, 1, Integer::sum);
                    lastCame.merge(key, it.at(), Math::max);
                }
                default -> {}
            }
        }
    }

    /** How many deliveries of acknowledged messages are still to come. */
    int missing() {
        return missing(Long.MAX_VALUE);
    }

    /** Of those that were acknowledged before then. */
    int missing(long before) {
        int missing = 0;
        for (Happening.Acknowledged each : acknowledged.values()) {
            if (each.at() >= before) {
                continue;
            }
            String key = each.message().key();
            for (String client : cast.kept()) {
                missing += times(client, key) == 0 ? 1 : 0;
            }
            missing += isShared(each.message()) && timesInGroup(key) == 0 ? 1 : 0;
        }
        return missing;
    }

    List<Violation> check() {
        deliveries();
        unsent();
        order();
        sessions();
        retained();
        new Duels(history, violations).check();
        new Wills(cast, history, violations).check();
        return violations;
    }

    private int times(String client, String key) {
        return came.getOrDefault(client, Map.of()).getOrDefault(key, 0);
    }

    private int timesInGroup(String key) {
        return cast.group().stream().mapToInt(client -> times(client, key)).sum();
    }

    private static boolean isShared(Message message) {
        return message.topic().startsWith("t/");
    }

    private void violated(String rule, String what, long at) {
        violations.add(new Violation(rule, what, at));
    }

    private void deliveries() {
        for (Happening.Acknowledged each : acknowledged.values()) {
            Message message = each.message();
            for (String client : cast.kept()) {
                if (times(client, message.key()) == 0) {
                    violated(
                            "an acknowledged message reaches each kept subscriber",
                            message + " did not reach " + client,
                            each.at());
                }
            }
            if (isShared(message) && timesInGroup(message.key()) == 0) {
                violated(
                        "an acknowledged message reaches a group",
                        message + " reached no member",
                        each.at());
            }
        }
        for (Message message : offered.values()) {
            if (message.qos() < 2) {
                continue;
            }
            for (String client : cast.kept()) {
                atMostOnce(message, client, times(client, message.key()));
            }
            atMostOnce(message, "the group", timesInGroup(message.key()));
        }
    }

    private void atMostOnce(Message message, String client, int times) {
        if (times > 1) {
            violated(
                    "QoS 2 comes at most once",
                    message + " came to " + client + " " + times + " times",
                    lastCame(message.key()));
        }
    }

    private long lastCame(String key) {
        return lastCame.getOrDefault(key, 0L);
    }

    private void unsent() {
        for (Happening each : history) {
            if (each instanceof Happening.Came it && !it.topic().startsWith("will/")) {
                Message message = offered.get(Message.key(it.payload()));
                if (message == null
                        || !message.payload().equals(it.payload())
                        || !message.topic().equals(it.topic())
                        || message.qos() != it.qos()) {
                    violated(
                            "what comes was sent so",
                            it + " is not what was sent: " + message,
                            it.at());
                }
            }
        }
    }

    /** Per publisher's session, topic and QoS, by first occurrences. */
    private void order() {
        Map<String, Integer> last = new HashMap<>();
        Set<String> seen = new HashSet<>();
        Map<String, Integer> lives = new HashMap<>();
        Set<String> passing = Set.copyOf(cast.passing());
        Set<String> inOrder = new HashSet<>(cast.kept());
        inOrder.addAll(passing);
        for (Happening each : history) {
            if (each instanceof Happening.Connected it && passing.contains(it.client())) {
                lives.merge(it.client(), 1, Integer::sum);
            }
            if (!(each instanceof Happening.Came it)
                    || !inOrder.contains(it.client())
                    || it.retained()) {
                continue;
            }
            Message message = offered.get(Message.key(it.payload()));
            String who = it.client() + "#" + lives.getOrDefault(it.client(), 0);
            if (message == null || !seen.add(who + " " + message.key())) {
                continue;
            }
            String stream =
                    who + " " + message.topic() + " " + message.life() + " " + message.qos();
            int before = last.getOrDefault(stream, 0);
            if (message.number() < before) {
                violated(
                        "messages of a publisher and topic come in order",
                        message + " came to " + it.client() + " behind number " + before,
                        it.at());
            } else {
                last.put(stream, message.number());
            }
        }
    }

    /** Clients whose session is to be kept find it. */
    private void sessions() {
        Set<String> kept = new HashSet<>(cast.kept());
        kept.addAll(cast.group());
        kept.addAll(cast.retaining());
        cast.publishers().stream().filter(each -> each.startsWith("kept")).forEach(kept::add);
        for (Happening each : history) {
            if (each instanceof Happening.Connected it
                    && kept.contains(it.client())
                    && it.again()
                    && !it.present()) {
                violated("a kept session is found again", it.toString(), it.at());
            }
        }
    }

    /** The last that was acknowledged, or a later one that was not, the same everywhere. */
    private void retained() {
        Map<String, Integer> last = new TreeMap<>();
        for (Happening.Acknowledged each : acknowledged.values()) {
            if (each.message().topic().startsWith("r/")) {
                last.merge(each.message().topic(), each.message().number(), Math::max);
            }
        }
        Map<String, Set<String>> found = new TreeMap<>();
        for (Happening each : history) {
            if (each instanceof Happening.Found it) {
                found.computeIfAbsent(it.topic(), topic -> new HashSet<>()).add(it.payload());
                Message message = offered.get(Message.key(it.payload()));
                if (message == null || message.number() < last.getOrDefault(it.topic(), 0)) {
                    violated(
                            "the last acknowledged value is retained",
                            it + ", but acknowledged was " + last.get(it.topic()),
                            it.at());
                }
            }
        }
        found.forEach((topic, values) -> {
            if (values.size() > 1) {
                violated(
                        "all brokers retain the same", topic + " has " + values, System.nanoTime());
            }
        });
    }
}
