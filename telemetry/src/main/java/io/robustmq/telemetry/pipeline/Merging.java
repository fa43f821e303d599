package io.robustmq.telemetry.pipeline;

import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How several data points of one kind become one that says the same of all of them. */
interface Merging<P extends DataPointSnapshot> {
    Merging<CounterDataPointSnapshot> COUNTERS = new Counters();
    Merging<GaugeDataPointSnapshot> GAUGES = new Gauges();
    Merging<SummaryDataPointSnapshot> SUMMARIES = new Summaries();

    /** Of what cannot be summed: it is left out. */
    static <P extends DataPointSnapshot> Merging<P> none() {
        return new None<>();
    }

    /** Whether what was counted counts on when its series is gone. */
    boolean grows();

    /** Whether it began anew between two looks at it. */
    boolean hasFallen(P was, P is);

    /** Null if there is none. */
    @Nullable P sum(Labels labels, List<P> points);

    /** Of what grows. */
    record Counters() implements Merging<CounterDataPointSnapshot> {
        @Override
        public boolean grows() {
            return true;
        }

        @Override
        public boolean hasFallen(CounterDataPointSnapshot was, CounterDataPointSnapshot is) {
            return is.getValue() < was.getValue();
        }

        @Override
        public CounterDataPointSnapshot sum(Labels labels, List<CounterDataPointSnapshot> points) {
            double sum = points.stream().mapToDouble(CounterDataPointSnapshot::getValue).sum();
            return CounterDataPointSnapshot.builder().value(sum).labels(labels).build();
        }
    }

    /** Of what is there now. */
    record Gauges() implements Merging<GaugeDataPointSnapshot> {
        @Override
        public boolean grows() {
            return false;
        }

        @Override
        public boolean hasFallen(GaugeDataPointSnapshot was, GaugeDataPointSnapshot is) {
            return false;
        }

        @Override
        public GaugeDataPointSnapshot sum(Labels labels, List<GaugeDataPointSnapshot> points) {
            double sum = points.stream().mapToDouble(GaugeDataPointSnapshot::getValue).sum();
            return GaugeDataPointSnapshot.builder().value(sum).labels(labels).build();
        }
    }

    /** Without quantiles, of which there is no sum. */
    record Summaries() implements Merging<SummaryDataPointSnapshot> {
        @Override
        public boolean grows() {
            return true;
        }

        @Override
        public boolean hasFallen(SummaryDataPointSnapshot was, SummaryDataPointSnapshot is) {
            return is.getCount() < was.getCount();
        }

        @Override
        public SummaryDataPointSnapshot sum(Labels labels, List<SummaryDataPointSnapshot> points) {
            return SummaryDataPointSnapshot.builder()
                    .count(points.stream().mapToLong(SummaryDataPointSnapshot::getCount).sum())
                    .sum(points.stream().mapToDouble(SummaryDataPointSnapshot::getSum).sum())
                    .labels(labels)
                    .build();
        }
    }

    /** Of texts and states. */
    record None<P extends DataPointSnapshot>() implements Merging<P> {
        @Override
        public boolean grows() {
            return false;
        }

        @Override
        public boolean hasFallen(P was, P is) {
            return false;
        }

        @Override
        public @Nullable P sum(Labels labels, List<P> points) {
            return null;
        }
    }
}
