package io.robustmq.broker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All that are in force. Nobody changes it; any thread. */
public final class PayloadSchemas {
    private final FilterTrie<PayloadSchema> byFilter = new FilterTrie<>(PayloadSchema::name);

    /**
     * @param schemas each with a name of its own
     */
    public PayloadSchemas(List<PayloadSchema> schemas) {
        for (PayloadSchema each : schemas) {
            each.filters().forEach(filter -> byFilter.put(filter, each));
        }
    }

    /** By name, each once. */
    List<PayloadSchema> of(String topic) {
        List<PayloadSchema> found = new ArrayList<>(0);
        byFilter.match(topic, found);
        return found.stream().distinct().sorted(Comparator.comparing(PayloadSchema::name)).toList();
    }
}
