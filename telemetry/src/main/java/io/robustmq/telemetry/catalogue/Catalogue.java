package io.robustmq.telemetry.catalogue;

import io.robustmq.telemetry.event.Event;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All event types, in the order of their declaration. Immutable; any thread.
 *
 * @param categories documentation of each category by its name, in order
 */
public record Catalogue(Map<String, List<CataloguedEvent>> categories) {

    /**
     * Reads the sealed hierarchy under {@link Event}.
     *
     * @throws IllegalStateException if a type breaks a rule of publishing; names every one that
     *     does
     */
    public static Catalogue read() {
        List<Class<?>> categories = List.of(Event.class.getPermittedSubclasses());
        return of(categories);
    }

    /** The same for a list of categories, for tests of the rules. */
    static Catalogue of(List<Class<?>> categoryTypes) {
        CatalogueReader reader = new CatalogueReader();
        Map<String, List<CataloguedEvent>> categories = new LinkedHashMap<>();
        for (Class<?> category : categoryTypes) {
            categories.put(CatalogueReader.categoryName(category), reader.readCategory(category));
        }
        List<String> problems = reader.problems();
        if (!problems.isEmpty()) {
            throw new IllegalStateException(
                    "event types that cannot be published:\n  " + String.join("\n  ", problems));
        }
        return new Catalogue(categories);
    }

    /** The event types alone, in the same order; cheaper than reading them. */
    public static List<Class<?>> types() {
        List<Class<?>> types = new ArrayList<>();
        for (Class<?> category : Event.class.getPermittedSubclasses()) {
            types.addAll(List.of(category.getPermittedSubclasses()));
        }
        return types;
    }

    /** The names of the categories alone, in the same order. */
    public static List<String> names() {
        return Stream.of(Event.class.getPermittedSubclasses())
                .map(CatalogueReader::categoryName)
                .toList();
    }

    /**
     * Reads one event type, for who does not want to wait for all.
     *
     * @throws IllegalStateException if it breaks a rule of publishing
     */
    public static CataloguedEvent read(Class<? extends Event> type) {
        CatalogueReader reader = new CatalogueReader();
        CataloguedEvent event = reader.readEvent(type);
        if (event == null || !reader.problems().isEmpty()) {
            throw new IllegalStateException(String.join("\n  ", reader.problems()));
        }
        return event;
    }

    public List<CataloguedEvent> events() {
        List<CataloguedEvent> all = new ArrayList<>();
        categories.values().forEach(all::addAll);
        return all;
    }
}
