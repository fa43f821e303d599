package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Catalogue;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.event.Severity;
import java.util.List;
import java.util.stream.LongStream;

/** Records as a sink gets them. */
final class FlatRecords {
    private static final CataloguedEvent CLOSED =
            Catalogue.read().events().stream()
                    .filter(event -> event.name().equals("journal.closed"))
                    .findFirst()
                    .orElseThrow();

    private FlatRecords() {}

    /** Those numbers, which are also in the field next_offset. */
    static List<FlatRecord> numbered(long from, int count) {
        return LongStream.range(from, from + count).mapToObj(FlatRecords::numbered).toList();
    }

    static FlatRecord withValues(FlatRecord record, Object[] values) {
        return new FlatRecord(
                record.seq(),
                record.time(),
                record.event(),
                record.severity(),
                record.service(),
                record.nodeId(),
                record.suppressed(),
                record.trace(),
                values);
    }

    private static FlatRecord numbered(long seq) {
        return new FlatRecord(
                seq,
                Samples.NOON,
                CLOSED,
                Severity.INFO,
                Service.JOURNAL_SERVER,
                "node-1",
                0,
                null,
                new Object[] {"shard-" + seq, seq});
    }
}
