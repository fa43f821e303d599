package io.robustmq.telemetry.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.telemetry.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Flat JSON, one record per line, UTF-8: the form of events.schema.json. A negative number is left
 * out: the store knows it, or nobody. One thread.
 */
final class JsonLines implements Lines {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final Map<Field, SerializableString> names = new IdentityHashMap<>();
    private final StringBuilder time = new StringBuilder(32);

    @Override
    public void append(List<FlatRecord> records, ByteArrayOutputStream out) {
        try (JsonGenerator json = FACTORY.createGenerator((OutputStream) out)) {
            json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
            for (FlatRecord record : records) {
                write(record, json);
            }
            json.flush();
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }

    /** One without a line's end. */
    byte[] object(FlatRecord record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(512);
        try (JsonGenerator json = FACTORY.createGenerator((OutputStream) out)) {
            write(record, json);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        return out.toByteArray();
    }

    private void write(FlatRecord record, JsonGenerator json) throws IOException {
        json.writeStartObject();
        if (record.seq() >= 0) {
            json.writeNumberField("seq", record.seq());
        }
        time.setLength(0);
        Timestamps.append(record.time(), time);
        json.writeStringField("time", time.toString());
        json.writeStringField("event", record.event().name());
        json.writeStringField("level", record.severity().name().toLowerCase(Locale.ROOT));
        json.writeStringField("service", record.service().serviceName());
        json.writeStringField("node_id", record.nodeId());
        json.writeNumberField("suppressed", record.suppressed());
        TraceContext trace = record.trace();
        if (trace != null) {
            json.writeStringField("trace_id", trace.traceId());
            json.writeStringField("span_id", trace.spanIdHex());
        }
        List<Field> fields = record.event().fields();
        Object[] values = record.values();
        for (int i = 0; i < values.length; i++) {
            json.writeFieldName(
                    names.computeIfAbsent(
                            fields.get(i), field -> new SerializedString(field.name())));
            switch (values[i]) {
                case Long number -> json.writeNumber(number);
                case Double number -> json.writeNumber(number);
                case Boolean truth -> json.writeBoolean(truth);
                case Object text -> json.writeString(text.toString());
            }
        }
        json.writeEndObject();
    }
}
