package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.exporter.internal.otlp.logs.LogsRequestMarshaler;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.robustmq.telemetry.catalogue.CataloguedEvent;
import io.robustmq.telemetry.catalogue.Field;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Events as OpenTelemetry log records, to a collector. */
final class OtlpLogSink implements Sink<FlatRecord> {
    private static final AttributeKey<String> EVENT_NAME = AttributeKey.stringKey("event.name");
    private static final AttributeKey<Long> SEQ = AttributeKey.longKey("robustmq.seq");
    private static final AttributeKey<Long> SUPPRESSED =
            AttributeKey.longKey("robustmq.suppressed");

    private final OtlpSender sender;
    private final Resources resources;
    private final Patience patience;
    private final Map<CataloguedEvent, List<AttributeKey<?>>> keys = new IdentityHashMap<>();

    OtlpLogSink(PipelineSettings.Otlp settings, Resources resources) {
        this(settings, resources, InstantSource.system());
    }

    OtlpLogSink(PipelineSettings.Otlp settings, Resources resources, InstantSource clock) {
        this.sender = new OtlpSender(settings, OtlpSignal.LOGS, clock);
        this.resources = resources;
        this.patience = new Patience(clock);
    }

    @Override
    public String name() {
        return "otlp";
    }

    @Override
    public String endpoint() {
        return sender.url();
    }

    @Override
    public void ship(List<FlatRecord> batch) throws IOException, InterruptedException {
        List<LogRecordData> records = new ArrayList<>(batch.size());
        for (FlatRecord record : batch) {
            records.add(
                    new OtlpLogRecord(record, resources.of(record.service()), attributes(record)));
        }
        patience.send(sender, LogsRequestMarshaler.create(records), batch.getLast().seq());
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
        sender.close();
    }
}
