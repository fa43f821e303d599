package io.robustmq.telemetry.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every event and field ever published, and those that were retired: the promise to whoever queries
 * the log.
 *
 * <pre>
 * published.tsv   event   field   type            field "-" is the event itself; lines are only added
 * retired.tsv     event   field   since   why     written by hand, by whoever takes a name away
 * </pre>
 *
 * @param published as {@code event TAB field TAB type}
 * @param retired reasons, by {@code event TAB field}
 */
public record PublishedNames(Set<String> published, Map<String, String> retired) {
    static final String HEADER = "# event\tfield\ttype";
    private static final String ITSELF = "-";

    /**
     * @throws IllegalArgumentException on a line that is neither a comment nor of that shape
     */
    public static PublishedNames parse(String publishedTsv, String retiredTsv) {
        Set<String> published = new LinkedHashSet<>();
        for (String line : lines(publishedTsv)) {
            columns("published.tsv", line, 3);
            published.add(line);
        }
        Map<String, String> retired = new LinkedHashMap<>();
        for (String line : lines(retiredTsv)) {
            String[] columns = columns("retired.tsv", line, 4);
            retired.put(columns[0] + "\t" + columns[1], columns[3]);
        }
        return new PublishedNames(published, retired);
    }

    /** What the catalogue publishes now, in the form of published.tsv. */
    public static Set<String> of(Catalogue catalogue) {
        Set<String> names = new TreeSet<>();
        for (CataloguedEvent event : catalogue.events()) {
            names.add(event.name() + "\t" + ITSELF + "\t" + "event");
            for (Field field : event.fields()) {
                names.add(event.name() + "\t" + field.name() + "\t" + field.type().schemaName());
            }
        }
        return names;
    }

    /** What breaks the promise, one sentence each. */
    public List<String> brokenBy(Catalogue catalogue) {
        Map<String, Set<String>> now = typesByName(of(catalogue));
        Map<String, Set<String>> before = typesByName(published);
        List<String> broken = new ArrayList<>();
        before.forEach((name, types) -> {
            Set<String> typesNow = now.getOrDefault(name, Set.of());
            boolean kept = typesNow.containsAll(types);
            if (!kept && !isRetired(name)) {
                broken.add(
                        name.replace('\t', ' ')
                                + " was published as "
                                + String.join(" and ", types)
                                + " and "
                                + (typesNow.isEmpty()
                                        ? "is gone"
                                        : "is now " + String.join(" and ", typesNow))
                                + ": bring it back, or list it in retired.tsv");
            } else if (kept && isRetired(name)) {
                broken.add(
                        name.replace('\t', ' ') + " is listed in retired.tsv and is still there");
            }
        });
        for (String name : retired.keySet()) {
            if (before.keySet().stream().noneMatch(known -> covers(name, known))) {
                broken.add(
                        name.replace('\t', ' ')
                                + " is listed in retired.tsv and not in published.tsv");
            }
        }
        return broken;
    }

    /** published.tsv with what is new added; never without a line that was there. */
    public String withNewOf(Catalogue catalogue) {
        Set<String> all = new TreeSet<>(published);
        all.addAll(of(catalogue));
        return HEADER + "\n" + String.join("\n", all) + "\n";
    }

    private boolean isRetired(String name) {
        return retired.keySet().stream().anyMatch(entry -> covers(entry, name));
    }

    /** Retiring an event retires its fields. */
    private static boolean covers(String retiredName, String name) {
        String event = retiredName.substring(0, retiredName.indexOf('\t'));
        return retiredName.equals(name)
                || retiredName.equals(event + "\t" + ITSELF) && name.startsWith(event + "\t");
    }

    private static Map<String, Set<String>> typesByName(Set<String> lines) {
        Map<String, Set<String>> types = new LinkedHashMap<>();
        for (String line : lines) {
            int typeAt = line.lastIndexOf('\t');
            types.computeIfAbsent(line.substring(0, typeAt), name -> new TreeSet<>())
                    .add(line.substring(typeAt + 1));
        }
        return types;
    }

    private static List<String> lines(String tsv) {
        return tsv.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    }

    private static String[] columns(String file, String line, int wanted) {
        String[] columns = line.split("\t", -1);
        boolean whole = columns.length == wanted;
        for (String column : columns) {
            whole &= !column.isBlank();
        }
        if (!whole) {
            throw new IllegalArgumentException(
                    file + " has lines of " + wanted + " columns, tab between; was: " + line);
        }
        return columns;
    }
}
