package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lowest level that is taken of each category's events, as configured and as changed since, for
 * good or for a while. Below it an event is counted in the metrics and nowhere else; the sinks
 * choose from the others by their own levels. Every change is an event. Any thread.
 */
public final class Levels {
    /** Stands for every category that has no level of its own. */
    public static final String ALL = "all";

    public static final Duration MAX_LIMIT = Duration.ofDays(7);
    private static final String FOREIGN = "foreign";

    /**
     * What is in force for a category.
     *
     * @param level now
     * @param own false if it is that of {@link #ALL}
     * @param until when the level returns to {@code then}; null for never
     * @param then null with {@code until}
     */
    public record Level(
            String category,
            Severity level,
            boolean own,
            @Nullable Instant until,
            @Nullable Severity then) {}

    /** What became of a change. */
    public sealed interface Change {
        record Done(Level level) implements Change {}

        /**
         * @param detail why nothing was changed
         */
        record Refused(String detail) implements Change {}
    }

    /**
     * @param standing null if it has none of its own
     * @param passing in its place until then
     */
    private record Setting(
            @Nullable Severity standing, @Nullable Severity passing, @Nullable Instant until) {
        static final Setting NONE = new Setting(null, null, null);

        @Nullable Severity now() {
            return passing == null ? standing : passing;
        }

        boolean isNone() {
            return now() == null;
        }

        boolean isOver(Instant now) {
            return until != null && !now.isBefore(until);
        }
    }

    private final Severity configured;
    private final CategoryLevels cells;
    private final InstantSource clock;
    private final Events own;
    private final Consumer<@Nullable Severity> libraries;

    // guarded by this
    private Setting standard;
    private final Map<String, Setting> settings = new TreeMap<>();

    /**
     * @param libraries is told the level of lines of libraries; null for what it was configured to
     */
    Levels(
            PipelineSettings.Levels configured,
            CategoryLevels cells,
            InstantSource clock,
            Events own,
            Consumer<@Nullable Severity> libraries) {
        this.configured = configured.standard();
        this.cells = cells;
        this.clock = clock;
        this.own = own;
        this.libraries = libraries;
        this.standard = new Setting(configured.standard(), null, null);
        configured
                .categories()
                .forEach((category, level) ->
                        settings.put(category, new Setting(level, null, null)));
    }

    synchronized void applyToLibraries() {
        libraries.accept(setting(FOREIGN).now());
    }

    private static boolean isChangeable(String category) {
        return !category.equals(CategoryLevels.AUDIT);
    }

    /** The categories that a level can be given to. */
    public static List<String> changeable() {
        return Catalogue.names().stream().filter(Levels::isChangeable).toList();
    }

    /**
     * The levels of a list of {@code category=level}; null if one is none, or a category has two.
     */
    public static @Nullable Map<String, Severity> byCategory(List<?> written) {
        Map<String, Severity> levels = new TreeMap<>();
        for (Object element : written) {
            String[] pair = element.toString().strip().split("=", -1);
            Severity level = pair.length == 2 ? severity(pair[1].strip()) : null;
            String category = pair[0].strip();
            if (level == null
                    || !changeable().contains(category)
                    || levels.put(category, level) != null) {
                return null;
            }
        }
        return Map.copyOf(levels);
    }

    /** That of {@link #ALL} first, then those of the categories. */
    public synchronized List<Level> list() {
        List<Level> list = new ArrayList<>();
        list.add(level(ALL));
        changeable().forEach(category -> list.add(level(category)));
        return list;
    }

    private Level level(String category) {
        Setting setting = setting(category);
        Severity now = setting.now();
        boolean hasOwn = now != null;
        Severity standing = setting.standing == null ? standardNow() : setting.standing;
        return new Level(
                category,
                now == null ? standardNow() : now,
                hasOwn,
                setting.until,
                setting.until == null ? null : standing);
    }

    private Setting setting(String category) {
        return category.equals(ALL) ? standard : settings.getOrDefault(category, Setting.NONE);
    }

    private Severity standardNow() {
        Severity now = standard.now();
        return now == null ? configured : now;
    }

    /** What is wrong with a wish to change a level; null if nothing is. */
    public @Nullable String wrong(String category, Duration limit) {
        if (category.equals(CategoryLevels.AUDIT)) {
            return "events of category audit are always taken";
        }
        if (!category.equals(ALL) && !changeable().contains(category)) {
            return "there is no category "
                    + category
                    + ", there is all, "
                    + String.join(", ", changeable());
        }
        if (limit.isNegative() || limit.compareTo(MAX_LIMIT) > 0) {
            return "the time must be at most " + MAX_LIMIT.toDays() + "d, was " + limit;
        }
        return null;
    }

    /** What is in force for a category that can be given a level. */
    public synchronized Level of(String category) {
        return level(category);
    }

    /**
     * From now on, on this node alone.
     *
     * @param level as {@link #set} has it
     * @param limit after which the level that stood before returns; zero for never
     */
    public Change change(String category, @Nullable Severity level, Duration limit, Admin by) {
        String wrong = wrong(category, limit);
        if (wrong != null) {
            return new Change.Refused(wrong);
        }
        Instant now = clock.instant();
        set(category, level, now, limit.isZero() ? null : now.plus(limit), by);
        return new Change.Done(of(category));
    }

    /**
     * Gives a category, or {@link #ALL}, a level.
     *
     * @param level null for the one that it has without being told: a category that of {@link
     *     #ALL}, that one what is configured
     * @param until when the level that stood before returns; null for never
     */
    public synchronized void set(
            String category,
            @Nullable Severity level,
            Instant from,
            @Nullable Instant until,
            Admin by) {
        Severity standing = category.equals(ALL) && level == null ? configured : level;
        Setting setting =
                until == null
                        ? new Setting(standing, null, null)
                        : new Setting(
                                setting(category).standing,
                                standing == null ? standardNow() : standing,
                                until);
        put(category, setting, until == null ? Duration.ZERO : Duration.between(from, until), by);
    }

    /** Ends what was for a while. */
    synchronized void tick(Instant now) {
        if (standard.isOver(now)) {
            put(ALL, new Setting(standard.standing, null, null), Duration.ZERO, Admin.NODE);
        }
        for (Map.Entry<String, Setting> entry : new LinkedHashMap<>(settings).entrySet()) {
            if (entry.getValue().isOver(now)) {
                Setting left = new Setting(entry.getValue().standing, null, null);
                put(entry.getKey(), left, Duration.ZERO, Admin.NODE);
            }
        }
    }

    private void put(String category, Setting setting, Duration limit, Admin by) {
        Severity before = level(category).level();
        if (category.equals(ALL)) {
            standard = setting;
        } else if (setting.isNone()) {
            settings.remove(category);
        } else {
            settings.put(category, setting);
        }
        apply();
        own.emit(
                new AuditEvent.LevelChanged(
                        by, category, level(category).level(), before, limit.toSeconds()));
    }

    private void apply() {
        Map<String, Severity> now = new TreeMap<>();
        settings.forEach((category, setting) -> {
            Severity level = setting.now();
            if (level != null) {
                now.put(category, level);
            }
        });
        cells.set(standardNow(), now);
        libraries.accept(now.get(FOREIGN));
    }

    /** As people write it; null if there is none of that name. */
    public static @Nullable Severity severity(String text) {
        for (Severity severity : Severity.values()) {
            if (name(severity).equals(text)) {
                return severity;
            }
        }
        return null;
    }

    public static String name(Severity severity) {
        return severity.name().toLowerCase(Locale.ROOT);
    }
}
