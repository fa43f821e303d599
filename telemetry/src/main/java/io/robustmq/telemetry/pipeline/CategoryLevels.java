package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * From which level up the events of each category are taken, as who emits sees it: one read of one
 * field. {@link Levels} decides.
 */
final class CategoryLevels {
    /** What administrators did is always taken. */
    static final String AUDIT = "audit";

    /** Of one category; changed while others read it. */
    static final class Cell {
        private volatile Severity level;

        Cell(Severity level) {
            this.level = level;
        }

        boolean takes(Severity severity) {
            return severity.compareTo(level) >= 0;
        }
    }

    private final Map<String, Cell> cells = new ConcurrentHashMap<>();

    // guarded by this
    private Severity standard;
    private Map<String, Severity> own;

    /**
     * @param standard of the categories that have no level of their own
     */
    CategoryLevels(Severity standard, Map<String, Severity> own) {
        this.standard = standard;
        this.own = Map.copyOf(own);
    }

    Cell of(String category) {
        Cell cell = cells.get(category);
        return cell != null ? cell : cells.computeIfAbsent(category, this::make);
    }

    private synchronized Cell make(String category) {
        return new Cell(level(category));
    }

    /** From now on. */
    synchronized void set(Severity newStandard, Map<String, Severity> newOwn) {
        standard = newStandard;
        own = Map.copyOf(newOwn);
        // one that is made meanwhile waits for this lock and has the new level
        cells.forEach((category, cell) -> cell.level = level(category));
    }

    private Severity level(String category) {
        if (category.equals(AUDIT)) {
            return Severity.DEBUG;
        }
        return own.getOrDefault(category, standard);
    }
}
