package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.event.TraceContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** By which {@link EventKeys} an event can be found. One thread. */
final class KeyFields {
    /** What they stand for, by the names of the fields. */
    private static final Map<String, EventKeys.Kind> KINDS =
            Map.of(
                    "client_id", EventKeys.Kind.CLIENT,
                    "connection_id", EventKeys.Kind.CONNECTION,
                    "topic_name", EventKeys.Kind.TOPIC,
                    "remote_addr", EventKeys.Kind.ADDRESS);

    private final Map<CataloguedEvent, Plan> plans = new IdentityHashMap<>();
    private final int[] found = new int[EventKeys.Kind.values().length];

    private record KeyField(EventKeys.Kind kind, int index) {}

    /** The same for each occurrence: name and category, and where the fields are. */
    private record Plan(int event, int category, List<KeyField> fields) {
        static Plan of(CataloguedEvent event) {
            List<KeyField> fields = new ArrayList<>();
            for (int i = 0; i < event.fields().size(); i++) {
                EventKeys.Kind kind = KINDS.get(event.fields().get(i).name());
                if (kind != null) {
                    fields.add(new KeyField(kind, i));
                }
            }
            return new Plan(
                    EventKeys.of(EventKeys.Kind.EVENT, event.name()),
                    EventKeys.of(EventKeys.Kind.CATEGORY, event.category()),
                    fields);
        }
    }

    int[] of(FlatRecord record) {
        Plan plan = plans.computeIfAbsent(record.event(), Plan::of);
        int count = 0;
        found[count++] = plan.event;
        found[count++] = plan.category;
        for (KeyField field : plan.fields) {
            String text = record.values()[field.index].toString();
            if (field.kind == EventKeys.Kind.ADDRESS) {
                text = EventKeys.host(text);
            }
            if (!text.isEmpty()) {
                found[count++] = EventKeys.of(field.kind, text);
            }
        }
        TraceContext trace = record.trace();
        if (trace != null) {
            found[count++] = EventKeys.of(EventKeys.Kind.TRACE, trace.traceId());
        }
        return Arrays.copyOf(found, count);
    }
}
