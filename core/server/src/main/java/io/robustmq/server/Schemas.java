package io.robustmq.server;

import io.robustmq.broker.Access;
import io.robustmq.broker.PayloadSchema;
import io.robustmq.broker.PayloadSchemas;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.MessageEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The payload schemas that there are, and which of them are in force. One that is wrong leaves what
 * it was before in force, and the others alone. One caller at a time.
 */
final class Schemas {
    /** More are not used. */
    static final int MAX = 1000;

    /** Told in one event. */
    private static final int MOST_TOLD = 10;

    private final Access access;
    private final Events events;

    // what was said last
    private Map<String, Known> known = new TreeMap<>();

    Schemas(Access access, Events events) {
        this.access = access;
        this.events = events;
    }

    /**
     * @param inForce null if nothing of that name could be used yet
     */
    private record Known(
            String text, @Nullable PayloadSchema inForce, List<ConfigProblem> problems) {}

    /**
     * All there are is this from now on.
     *
     * @param from where they come from, for events
     * @param texts by name
     * @param file where that of a name is, for problems
     * @return how many are in force otherwise than before, and all problems, also known ones
     */
    AccessControl.Checked use(String from, Map<String, String> texts, UnaryOperator<String> file) {
        Map<String, Known> next = new TreeMap<>();
        List<String> changes = new ArrayList<>();
        new TreeMap<>(texts)
                .forEach((name, text) -> {
                    Known before = known.get(name);
                    Known now =
                            before != null && before.text.equals(text)
                                    ? before
                                    : read(file.apply(name), name, text, before, next.size());
                    next.put(name, now);
                    if (!now.equals(before) && now.problems.isEmpty()) {
                        changes.add(name);
                    }
                });
        known.forEach((name, before) -> {
            if (!next.containsKey(name) && before.inForce != null) {
                changes.add(name + " (gone)");
            }
        });
        known = next;
        if (!changes.isEmpty()) {
            enforce(from, changes);
        }
        return new AccessControl.Checked(
                changes.size(),
                next.values().stream().flatMap(each -> each.problems.stream()).toList());
    }

    private Known read(String file, String name, String text, @Nullable Known before, int place) {
        SchemaFile.Outcome outcome =
                place < MAX
                        ? SchemaFile.parse(file, name, text)
                        : new SchemaFile.Wrong(
                                List.of(
                                        new ConfigProblem(
                                                file, "", "at most " + MAX + " schemas are used")));
        return switch (outcome) {
            case SchemaFile.Loaded(PayloadSchema schema) -> new Known(text, schema, List.of());
            case SchemaFile.Wrong(List<ConfigProblem> problems) -> {
                tell(file, problems);
                yield new Known(text, before == null ? null : before.inForce, problems);
            }
        };
    }

    void tell(String file, List<ConfigProblem> problems) {
        events.emit(
                new MessageEvent.SchemaUnusable(
                        file, problems.size(), ConfigProblem.told(problems)));
    }

    private void enforce(String from, List<String> changes) {
        List<PayloadSchema> all =
                known.values().stream().map(Known::inForce).filter(Objects::nonNull).toList();
        access.use(all.isEmpty() ? null : new PayloadSchemas(all));
        events.emit(
                new MessageEvent.SchemasLoaded(
                        from,
                        all.size(),
                        changes.stream().limit(MOST_TOLD).collect(Collectors.joining(", "))
                                + (changes.size() > MOST_TOLD
                                        ? " and " + (changes.size() - MOST_TOLD) + " more"
                                        : "")));
    }
}
