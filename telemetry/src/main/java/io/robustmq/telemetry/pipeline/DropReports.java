package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PipelineEvent;
import org.jspecify.annotations.Nullable;

/** Tells of what was dropped before it could be stored. The dispatcher's thread. */
final class DropReports {
    private static final long BETWEEN_REPORTS_NANOS = 10_000_000_000L;

    private final Intake intake;
    private final Held held;
    private final @Nullable SpanExport spans;
    private final Events own;
    private final Told emitTold = new Told();
    private final Told storeTold = new Told();
    private final Told spansTold = new Told();

    DropReports(Intake intake, Held held, @Nullable SpanExport spans, Events own) {
        this.intake = intake;
        this.held = held;
        this.spans = spans;
        this.own = own;
    }

    /** What of a number has been told. */
    private static final class Told {
        private long told;
        private long toldReportable;
        private long notBeforeNanos;

        /** How many there are to be told of now; 0 if none, or not yet. */
        long due(long dropped, long reportable) {
            boolean early = notBeforeNanos != 0 && System.nanoTime() - notBeforeNanos < 0;
            if (reportable == toldReportable || early) {
                return 0;
            }
            long due = dropped - told;
            told = dropped;
            toldReportable = reportable;
            notBeforeNanos = System.nanoTime() + BETWEEN_REPORTS_NANOS;
            return due;
        }
    }

    void report() {
        int capacity = intake.queue().capacity();
        long emit = emitTold.due(intake.dropped().all(), intake.droppedReportable());
        if (emit > 0) {
            own.emit(new PipelineEvent.EventsDropped("emit", emit, capacity));
        }
        long store = storeTold.due(held.dropped(), held.dropped());
        if (store > 0) {
            own.emit(new PipelineEvent.EventsDropped("store", store, capacity));
        }
        SpanExport export = spans;
        if (export != null) {
            long dropped = export.dropped();
            long gone = spansTold.due(dropped, dropped);
            if (gone > 0) {
                own.emit(new PipelineEvent.SpansDropped(gone, export.sink().endpoint()));
            }
        }
    }
}
