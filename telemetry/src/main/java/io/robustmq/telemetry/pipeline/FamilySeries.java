package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which label sets of one metric family have a series of their own, and what became of the others.
 *
 * <pre>
 *   seen while there was a place   its own series, as long as it lives; then the place is free
 *   seen while there was none      part of the overflow series, as long as it lives
 *   gone from the overflow         what it had counted stays there: a counter never goes back
 * </pre>
 *
 * <p>None goes from the overflow to a place of its own: what it had counted would then be there
 * twice, or the overflow would go back.
 *
 * <p>Bound: of what is in overflow, as much is remembered as the collector of the family has.
 */
final class FamilySeries<P extends DataPointSnapshot> {
    /** The value of all labels of what is merged. */
    static final String OVERFLOW = "overflow";

    private final int max;
    private final Merging<P> merging;
    private final Set<Labels> own = new HashSet<>();

    // as of the last scrape
    private Map<Labels, P> merged = Map.of();
    private int overflowing;

    /** Of label sets that were in overflow and are gone. */
    private @Nullable P gone;

    /** Of the overflow series, from its first time on. */
    private @Nullable Labels labels;

    FamilySeries(int max, Merging<P> merging) {
        this.max = max;
        this.merging = merging;
    }

    /** At most so many as may be, and one for the others. */
    List<P> bounded(List<P> points) {
        Set<Labels> there = new HashSet<>();
        points.forEach(point -> there.add(point.getLabels()));
        own.retainAll(there);
        List<P> bounded = new ArrayList<>();
        Map<Labels, P> others = new LinkedHashMap<>();
        overflowing = 0;
        for (P point : points) {
            Labels of = point.getLabels();
            boolean isSum = isOverflow(of);
            if (own.contains(of) || !isSum && !merged.containsKey(of) && own.size() < max) {
                own.add(of);
                bounded.add(point);
            } else {
                overflowing += isSum ? 0 : 1;
                others.put(of, point);
            }
        }
        keepWhatIsGone(others);
        merged = others;
        P sum = sum(others);
        if (sum != null) {
            bounded.add(sum);
        }
        return bounded;
    }

    /** There is none of it any more. */
    void vanished() {
        List<P> unused = bounded(List.of());
    }

    private void keepWhatIsGone(Map<Labels, P> now) {
        if (!merging.grows()) {
            return;
        }
        List<P> left = new ArrayList<>();
        merged.forEach((of, last) -> {
            P is = now.get(of);
            if (is == null || merging.hasFallen(last, is)) {
                left.add(last);
            }
        });
        if (!left.isEmpty()) {
            gone = withGone(left);
        }
    }

    private @Nullable P sum(Map<Labels, P> others) {
        return others.isEmpty() && gone == null ? null : withGone(new ArrayList<>(others.values()));
    }

    private @Nullable P withGone(List<P> points) {
        P before = gone;
        if (before != null) {
            points.add(before);
        }
        Labels known = labels;
        if (known == null) {
            known = overflow(points.getFirst().getLabels());
            labels = known;
        }
        return merging.sum(known, points);
    }

    private static Labels overflow(Labels like) {
        Labels.Builder all = Labels.builder();
        like.forEach(label -> all.label(label.getName(), OVERFLOW));
        return all.build();
    }

    private static boolean isOverflow(Labels of) {
        return !of.isEmpty() && of.stream().allMatch(label -> label.getValue().equals(OVERFLOW));
    }

    /** Label sets that are part of the overflow series now. */
    int overflowing() {
        return overflowing;
    }

    /** Label sets in all. */
    int size() {
        return own.size() + overflowing;
    }
}
