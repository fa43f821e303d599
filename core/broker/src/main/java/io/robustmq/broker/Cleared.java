package io.robustmq.broker;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When retained messages were cleared where there are several homes: an older message that another
 * home sends later does not count. One thread, or a lock of who has it.
 *
 * <p>Bound: so many, the oldest go first; none is kept for longer than {@link #KEPT_MICROS}, after
 * which a home that was cut off for as long may bring a message back.
 */
final class Cleared {
    private static final long KEPT_MICROS = 24L * 60 * 60 * 1_000_000;
    private static final long MICROS = 1000;

    private final int most;
    private final Map<String, Stamp> stamps = new LinkedHashMap<>();

    Cleared(int most) {
        this.most = most;
    }

    @Nullable Stamp get(String topic) {
        return stamps.get(topic);
    }

    void put(String topic, Stamp stamp) {
        stamps.remove(topic);
        stamps.put(topic, stamp);
        if (stamps.size() > most) {
            Iterator<String> oldest = stamps.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    void remove(String topic) {
        stamps.remove(topic);
    }

    void removeOld(long nowMillis) {
        long before = nowMillis * MICROS - KEPT_MICROS;
        Iterator<Stamp> each = stamps.values().iterator();
        while (each.hasNext() && each.next().micros() < before) {
            each.remove();
        }
    }

    Map<String, Stamp> stamps() {
        return stamps;
    }
}
