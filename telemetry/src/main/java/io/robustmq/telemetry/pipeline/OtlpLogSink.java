package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.catalogue.Field;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events as OpenTelemetry log records, to a collector. */
final class OtlpLogSink implements Sink<FlatRecord> {
    private static final AttributeKey<String> EVENT_NAME = AttributeKey.stringKey("event.name");
    private static final AttributeKey<Long> SEQ = AttributeKey.longKey("robustmq.seq");
    private static final AttributeKey<Long> SUPPRESSED =
            AttributeKey.longKey("robustmq.suppressed");

    private final OtlpClient client;
    private final Resources resources;
    private final Map<CataloguedEvent, List<AttributeKey<?>>> keys = new IdentityHashMap<>();
    private @Nullable LogRecordExporter exporter;

    OtlpLogSink(OtlpClient client, Resources resources) {
        this.client = client;
        this.resources = resources;
    }

    @Override
    public String name() {
        return "otlp";
    }

    @Override
    public String endpoint() {
        return client.endpoint();
    }

    @Override
    public void ship(List<FlatRecord> batch) throws IOException, InterruptedException {
        LogRecordExporter open = exporter;
        if (open == null) {
            open = client.logs();
            exporter = open;
        }
        List<LogRecordData> records = new ArrayList<>(batch.size());
        for (FlatRecord record : batch) {
            records.add(
                    new OtlpLogRecord(record, resources.of(record.service()), attributes(record)));
        }
        client.await(open.export(records));
    }

    private Attributes attributes(FlatRecord record) {
        AttributesBuilder attributes = Attributes.builder();
        attributes.put(EVENT_NAME, record.event().name());
        attributes.put(SEQ, record.seq());
        attributes.put(SUPPRESSED, record.suppressed());
        List<AttributeKey<?>> names = keys.computeIfAbsent(record.event(), OtlpLogSink::keysOf);
        Object[] values = record.values();
        for (int i = 0; i < values.length; i++) {
            put(attributes, names.get(i), values[i]);
        }
        return attributes.build();
    }

    @SuppressWarnings("unchecked") // the key was made for the type of the field
    private static <T> void put(AttributesBuilder to, AttributeKey<T> key, Object value) {
        to.put(key, (T) value);
    }

    private static List<AttributeKey<?>> keysOf(CataloguedEvent event) {
        List<AttributeKey<?>> keys = new ArrayList<>();
        for (Field field : event.fields()) {
            keys.add(
                    switch (field.type()) {
                        case STRING -> AttributeKey.stringKey(field.attribute());
                        case INTEGER -> AttributeKey.longKey(field.attribute());
                        case NUMBER -> AttributeKey.doubleKey(field.attribute());
                        case BOOLEAN -> AttributeKey.booleanKey(field.attribute());
                    });
        }
        return keys;
    }

    @Override
    public void close() {
        LogRecordExporter open = exporter;
        exporter = null;
        if (open != null) {
            open.shutdown();
        }
    }
}
