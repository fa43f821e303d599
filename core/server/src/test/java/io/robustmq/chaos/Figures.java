package io.robustmq.chaos;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What a run measured, by what was broken. */
final class Figures {
    /** A single fault keeps a publisher without an acknowledgement for so long at most. */
    static final long GAP_BOUND_MILLIS = 5_000;

    /** Shorter ones are no interruption. */
    private static final long GAP_MILLIS = 500;

    private final Cast cast;
    private final List<Happening> history;
    private final List<Fault> faults;
    private final Stalls stalls;
    private final List<Gap> gaps = new ArrayList<>();
    private final TreeMap<String, List<Long>> resumed = new TreeMap<>();

    /**
     * A publisher without an acknowledgement.
     *
     * @param netMillis without the time that the machine itself stood still
     */
    record Gap(Fault fault, String publisher, long at, long millis, long netMillis) {}

    Figures(Cast cast, List<Happening> history, List<Fault> faults, Stalls stalls) {
        this.cast = cast;
        this.history = history;
        this.faults = faults;
        this.stalls = stalls;
        gaps();
        resumed();
    }

    /** Those of single faults that were longer, the machine's own stalls taken off. */
    List<Gap> gaps(long mostMillis) {
        return gaps.stream()
                .filter(gap -> gap.fault().single() && gap.netMillis() > mostMillis)
                .toList();
    }

    private void gaps() {
        Map<String, Long> last = new TreeMap<>();
        Set<String> publishers = Set.copyOf(cast.publishers());
        for (Happening each : history) {
            if (each instanceof Happening.Acknowledged it
                    && publishers.contains(it.message().publisher())) {
                Long before = last.put(it.message().publisher(), it.at());
                if (before != null) {
                    gap(it.message().publisher(), before, it.at());
                }
            }
        }
    }

    private void gap(String publisher, long from, long to) {
        if (to - from < TimeUnit.MILLISECONDS.toNanos(GAP_MILLIS)) {
            return;
        }
        Fault cause = null;
        for (Fault fault : faults) {
            if (fault.begun() < from + TimeUnit.MILLISECONDS.toNanos(GAP_MILLIS)
                    && fault.begun() < to) {
                cause = fault;
            } else if (cause == null && fault.begun() < to) {
                cause = fault;
            }
        }
        if (cause != null) {
            long begun = Math.max(from, cause.begun());
            long millis = TimeUnit.NANOSECONDS.toMillis(to - begun);
            gaps.add(new Gap(cause, publisher, to, millis, millis - stalls.between(begun, to)));
        }
    }

    private void resumed() {
        Set<String> kept = new HashSet<>(cast.kept());
        kept.addAll(cast.group());
        for (Happening each : history) {
            if (each instanceof Happening.Connected it
                    && kept.contains(it.client())
                    && it.again()) {
                long millis = TimeUnit.NANOSECONDS.toMillis(it.downNanos());
                resumed.computeIfAbsent("ALL", kind -> new ArrayList<>()).add(millis);
                long lostAt = it.at() - it.downNanos();
                String during = "none (moved)";
                for (Fault fault : faults) {
                    if (fault.begun() <= it.at() && lostAt <= fault.ready()) {
                        during = fault.kind();
                    }
                }
                resumed.computeIfAbsent(during, kind -> new ArrayList<>()).add(millis);
            }
        }
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(
                "longest without an acknowledgement, of a publisher (ms; without stalls of the machine; faults)\n");
        Map<String, long[]> worst = new TreeMap<>();
        for (Fault fault : faults) {
            worst.computeIfAbsent(fault.kind(), kind -> new long[3])[2]++;
        }
        for (Gap gap : gaps) {
            long[] of = worst.computeIfAbsent(gap.fault().kind(), kind -> new long[3]);
            of[0] = Math.max(of[0], gap.millis());
            of[1] = Math.max(of[1], gap.netMillis());
        }
        worst.forEach((kind, of) ->
                text.append(String.format("  %-14s %7d %7d %5d%n", kind, of[0], of[1], of[2])));
        text.append(
                "a kept session is back, from the connection's loss on (ms): count, median, 90 %, 99 %, longest\n");
        resumed.forEach((kind, all) -> {
            List<Long> sorted = all.stream().sorted().toList();
            text.append(
                    String.format(
                            "  %-14s %6d %6d %6d %6d %6d%n",
                            kind,
                            sorted.size(),
                            at(sorted, 50),
                            at(sorted, 90),
                            at(sorted, 99),
                            sorted.getLast()));
        });
        text.append("publishes without an acknowledgement, by reason\n");
        TreeMap<String, Integer> reasons = new TreeMap<>();
        for (Happening each : history) {
            if (each instanceof Happening.Unknown it) {
                String kind = it.message().publisher().replaceAll("[0-9]", "");
                reasons.merge(kind + ": " + it.why(), 1, Integer::sum);
            }
        }
        reasons.forEach((why, times) -> text.append(String.format("  %6d %s%n", times, why)));
        return text.toString();
    }

    private static long at(List<Long> sorted, int percent) {
        return sorted.get((sorted.size() - 1) * percent / 100);
    }
}
