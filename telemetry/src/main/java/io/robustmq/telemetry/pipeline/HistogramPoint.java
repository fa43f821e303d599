package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.data.DoubleExemplarData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import java.util.List;

/** A histogram's point with exemplars, which the SDK's own factory has no place for. */
record HistogramPoint(HistogramPointData point, List<DoubleExemplarData> exemplars)
        implements HistogramPointData {
    @Override
    public double getSum() {
        return point.getSum();
    }

    @Override
    public long getCount() {
        return point.getCount();
    }

    @Override
    public boolean hasMin() {
        return false;
    }

    @Override
    public double getMin() {
        return 0;
    }

    @Override
    public boolean hasMax() {
        return false;
    }

    @Override
    public double getMax() {
        return 0;
    }

    @Override
    public List<Double> getBoundaries() {
        return point.getBoundaries();
    }

    @Override
    public List<Long> getCounts() {
        return point.getCounts();
    }

    @Override
    public long getStartEpochNanos() {
        return point.getStartEpochNanos();
    }

    @Override
    public long getEpochNanos() {
        return point.getEpochNanos();
    }

    @Override
    public Attributes getAttributes() {
        return point.getAttributes();
    }

    @Override
    public List<DoubleExemplarData> getExemplars() {
        return exemplars;
    }
}
