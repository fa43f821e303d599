package io.robustmq.telemetry.pipeline;

/** What became of the spans that ended. Any thread. */
interface SpanCounts {
    long exported();

    long dropped();

    /** Where no spans are made. */
    SpanCounts NONE =
            new SpanCounts() {
                @Override
                public long exported() {
                    return 0;
                }

                @Override
                public long dropped() {
                    return 0;
                }
            };
}
