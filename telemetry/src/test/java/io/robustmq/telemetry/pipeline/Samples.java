package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.SessionEvent;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Events to send through. */
final class Samples {
    static final NodeIdentity NODE = new NodeIdentity("node-1", "instance-1", "0.1.0");
    static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123456Z");
    static final Peer PEER = new Peer("mqtt/5.0", 7, "client-1", "127.0.0.1:50000");

    private Samples() {}

    /** Only what is chosen, nothing for how it ended. */
    static Sampling sampling(double ratio, List<SamplingRule> rules, int maxPerSecond) {
        return new Sampling(ratio, rules, maxPerSecond, Duration.ZERO, false, 0);
    }

    /** A lifecycle event: never throttled. */
    static Event lifecycle(int number) {
        return new JournalEvent.Closed("shard-" + number, number);
    }

    /** A throttled event of that key. */
    static Event keyed(String clientId) {
        return new SessionEvent.Expired(clientId, 60, 3);
    }

    /** The same, a warning. */
    static Event warning(String clientId) {
        return new SessionEvent.QueueFilled(clientId, 5, 7);
    }

    /** One of each type, no field empty. */
    static List<Event> ofEachType() {
        return Catalogue.read().events().stream().map(event -> (Event) make(event.type())).toList();
    }

    private static Object make(Class<?> type) {
        if (type == String.class) {
            return "a \"text\"\nof ünits";
        }
        if (type == int.class) {
            return 42;
        }
        if (type == long.class) {
            return 1L << 40;
        }
        if (type == double.class) {
            return 0.5;
        }
        if (type == boolean.class) {
            return true;
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = Arrays.stream(types).map(Samples::make).toArray();
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make a " + type, e);
        }
    }
}
