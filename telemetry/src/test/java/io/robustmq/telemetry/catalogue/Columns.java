package io.robustmq.telemetry.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The fields of all records by name, each once: what a store has a column for. That a name means
 * one thing everywhere is a rule of {@link CatalogueReader}.
 */
final class Columns {
    private Columns() {}

    /** Those of every record, in the order in which they are written. */
    static List<Field> envelope() {
        return Envelope.FIELDS;
    }

    /** Those of single events, by name. */
    static List<Field> own(Catalogue catalogue) {
        Map<String, Field> byName = new TreeMap<>();
        for (CataloguedEvent event : catalogue.events()) {
            event.fields().forEach(field -> byName.putIfAbsent(field.name(), field));
        }
        return List.copyOf(byName.values());
    }

    static List<Field> all(Catalogue catalogue) {
        List<Field> all = new ArrayList<>(envelope());
        all.addAll(own(catalogue));
        return all;
    }

    /** Our names by those of OpenTelemetry, where these are not {@code robustmq.<name>}. */
    static Map<String, String> renamed(Catalogue catalogue) {
        Map<String, String> nameOf = new TreeMap<>();
        for (Field field : own(catalogue)) {
            if (!field.attribute().equals("robustmq." + field.name())) {
                nameOf.put(field.attribute(), field.name());
            }
        }
        return nameOf;
    }
}
