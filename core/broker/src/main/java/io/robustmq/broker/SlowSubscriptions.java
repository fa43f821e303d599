package io.robustmq.broker;

import io.robustmq.protocol.Topics;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The slowest subscriptions of one loop: from reading a PUBLISH to writing it with QoS 0, or to
 * reading its last acknowledgement with QoS 1 and 2. What is within the threshold costs a
 * comparison. Belongs to the loop, but for {@link #list}.
 *
 * <p>Bound: {@code top} of them; a slower one takes the place of the least slow. What was slow once
 * is forgotten when it has halved to below the threshold.
 */
final class SlowSubscriptions {
    /** Of a session with more subscriptions the others are not looked through. */
    private static final int MOST_FILTERS = 100;

    private record Key(String clientId, String filter) {}

    private static final class Entry {
        private int qos;
        private double peakMillis;
        private long peakAtMillis;
        private long lastMillis;
        private long lastAtMillis;
        private long firstAtMillis;
        private long count;
        private String lastTopic = "";
    }

    private final Loop loop;
    private final SlowSettings settings;
    private final long thresholdNanos;
    private final Map<Key, Entry> entries = new HashMap<>();

    /** Of the session that was slow last, for a burst of its messages. */
    private @Nullable Key lastKey;

    private volatile List<SlowSubscription> list = List.of();

    SlowSubscriptions(Loop loop, SlowSettings settings) {
        this.loop = loop;
        this.settings = settings;
        this.thresholdNanos = settings.enabled() ? settings.threshold().toNanos() : Long.MAX_VALUE;
    }

    /** A delivery of QoS 0 was written, or one of QoS 1 or 2 acknowledged for the last time. */
    void took(long nanos, Session session, String topic, int qos) {
        if (nanos > thresholdNanos && !TopicLevels.isBrokersOwn(topic)) {
            add(session, topic, qos, TimeUnit.NANOSECONDS.toMillis(nanos));
        }
    }

    private void add(Session session, String topic, int qos, long millis) {
        loop.counters().add(Counters.SLOW_DELIVERIES, 1);
        long now = loop.nowMillis();
        Key key = key(session, topic);
        Entry entry = entries.get(key);
        if (entry == null) {
            if (entries.size() >= settings.top() && !makeRoom(millis, now)) {
                return;
            }
            entry = new Entry();
            entry.firstAtMillis = now;
            entries.put(key, entry);
            loop.shared()
                    .events()
                    .emit(
                            new SubscriptionEvent.Slow(
                                    session.peer(),
                                    key.filter,
                                    topic,
                                    qos,
                                    millis,
                                    settings.threshold().toMillis()));
        }
        entry.qos = qos;
        entry.peakMillis = Math.max(millis, peak(entry, now));
        entry.peakAtMillis = now;
        entry.lastMillis = millis;
        entry.lastAtMillis = now;
        entry.count++;
        entry.lastTopic = topic;
        lastKey = key;
    }

    private Key key(Session session, String topic) {
        Key last = lastKey;
        if (last != null && last.clientId.equals(session.clientId())) {
            Entry entry = entries.get(last);
            if (entry != null && entry.lastTopic.equals(topic)) {
                return last;
            }
        }
        return new Key(session.clientId(), filter(session, topic));
    }

    private static String filter(Session session, String topic) {
        if (session.subscriptions().containsKey(topic)) {
            return topic;
        }
        return session.subscriptions().keySet().stream()
                .limit(MOST_FILTERS)
                .filter(filter -> Topics.matches(filter, topic))
                .findFirst()
                .orElse(topic);
    }

    private boolean makeRoom(long millis, long now) {
        Map.Entry<Key, Entry> least =
                entries.entrySet().stream()
                        .min(Comparator.comparingDouble(each -> peak(each.getValue(), now)))
                        .orElseThrow();
        if (peak(least.getValue(), now) >= millis) {
            return false;
        }
        entries.remove(least.getKey());
        return true;
    }

    private double peak(Entry entry, long now) {
        double halvings = (now - entry.peakAtMillis) / (double) settings.halfLife().toMillis();
        return entry.peakMillis * Math.pow(0.5, halvings);
    }

    /** Each second. */
    void sweep(long now) {
        if (entries.isEmpty()) {
            list = List.of();
            return;
        }
        long threshold = settings.threshold().toMillis();
        entries.values().removeIf(entry -> peak(entry, now) < threshold);
        list =
                entries.entrySet().stream()
                        .map(each -> shown(each.getKey(), each.getValue(), now))
                        .toList();
    }

    private SlowSubscription shown(Key key, Entry entry, long now) {
        return new SlowSubscription(
                key.clientId,
                key.filter,
                entry.qos,
                Math.round(peak(entry, now)),
                entry.lastMillis,
                entry.count,
                Instant.ofEpochMilli(entry.firstAtMillis),
                Instant.ofEpochMilli(entry.lastAtMillis));
    }

    /** As of the last second; any thread. */
    List<SlowSubscription> list() {
        return list;
    }
}
