package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.telemetry.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * For people: time, level, event, then the fields.
 *
 * <pre>
 * 2026-11-23T10:15:30.123456Z INFO  connection.accepted            protocol=mqtt/5.0 connection_id=7 …
 * </pre>
 */
final class HumanLines implements Lines {
    private static final int EVENT_WIDTH = 32;

    private final StringBuilder line = new StringBuilder(256);

    @Override
    public void append(List<FlatRecord> records, ByteArrayOutputStream out) {
        line.setLength(0);
        for (FlatRecord record : records) {
            Timestamps.append(record.time(), line);
            line.append(' ').append(record.severity());
            pad(5 - record.severity().name().length());
            line.append(' ').append(record.event().name());
            pad(EVENT_WIDTH - record.event().name().length());
            fields(record, line);
            if (record.suppressed() > 0) {
                line.append(" suppressed=").append(record.suppressed());
            }
            TraceContext trace = record.trace();
            if (trace != null) {
                line.append(" trace_id=").append(trace.traceId());
            }
            line.append('\n');
        }
        out.writeBytes(line.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** {@code name=value} for each field, a space before each. */
    static void fields(FlatRecord record, StringBuilder out) {
        List<Field> fields = record.event().fields();
        Object[] values = record.values();
        for (int i = 0; i < values.length; i++) {
            out.append(' ').append(fields.get(i).name()).append('=');
            if (values[i] instanceof String text) {
                LogText.append(text, out);
            } else {
                out.append(values[i]);
            }
        }
    }

    private void pad(int spaces) {
        for (int i = 0; i < spaces; i++) {
            line.append(' ');
        }
    }
}
