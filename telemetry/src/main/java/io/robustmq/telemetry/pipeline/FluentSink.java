package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.telemetry.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.komamitsu.fluency.EventTime;
import org.komamitsu.fluency.fluentd.ingester.FluentdIngester;
import org.komamitsu.fluency.fluentd.ingester.sender.TCPSender;
import org.komamitsu.fluency.fluentd.recordformat.FluentdRecordFormatter;

/**
 * The forward protocol, by Fluency, with acknowledgements: a batch is one PackedForward message
 * with a chunk id, and is shipped when the other end has sent that id back.
 *
 * <p>Fluency's formatter and sender are used, not its buffer: that one cannot tell which events
 * were acknowledged, and the queue in front of this sink is the buffer already.
 */
final class FluentSink implements Sink<FlatRecord> {
    private final PipelineSettings.Fluent settings;
    private final FluentdRecordFormatterOfTag formatter;
    private final StringBuilder time = new StringBuilder(32);
    private @Nullable FluentdIngester ingester;

    FluentSink(PipelineSettings.Fluent settings) {
        this.settings = settings;
        this.formatter = new FluentdRecordFormatterOfTag(settings.tag());
    }

    @Override
    public String name() {
        return "fluent";
    }

    @Override
    public String endpoint() {
        return settings.address().getHostString() + ":" + settings.address().getPort();
    }

    @Override
    public void ship(List<FlatRecord> batch) throws IOException {
        ByteArrayOutputStream entries = new ByteArrayOutputStream(batch.size() * 400);
        for (FlatRecord record : batch) {
            entries.writeBytes(formatter.format(record, flat(record)));
        }
        FluentdIngester open = ingester;
        if (open == null) {
            open = connect();
            ingester = open;
        }
        try {
            open.ingest(settings.tag(), ByteBuffer.wrap(entries.toByteArray()));
        } catch (IOException | RuntimeException e) {
            close(); // an acknowledgement that comes late must not be taken for the next one's
            throw e;
        }
    }

    private FluentdIngester connect() {
        TCPSender.Config network = new TCPSender.Config();
        network.setHost(settings.address().getHostString());
        network.setPort(settings.address().getPort());
        int timeoutMillis = (int) settings.ackTimeout().toMillis();
        network.setConnectionTimeoutMilli(timeoutMillis);
        network.setReadTimeoutMilli(timeoutMillis);
        network.setWaitBeforeCloseMilli(0);
        FluentdIngester.Config config = new FluentdIngester.Config();
        config.setAckResponseMode(true);
        return new FluentdIngester(config, new TCPSender(network));
    }

    private Map<String, Object> flat(FlatRecord record) {
        Map<String, Object> flat = new LinkedHashMap<>();
        time.setLength(0);
        Timestamps.append(record.time(), time);
        flat.put("time", time.toString());
        flat.put("seq", record.seq());
        flat.put("event", record.event().name());
        flat.put("level", record.severity().name().toLowerCase(Locale.ROOT));
        flat.put("service", record.service().serviceName());
        flat.put("node_id", record.nodeId());
        flat.put("suppressed", record.suppressed());
        TraceContext trace = record.trace();
        if (trace != null) {
            flat.put("trace_id", trace.traceId());
            flat.put("span_id", trace.spanIdHex());
        }
        List<Field> fields = record.event().fields();
        for (int i = 0; i < fields.size(); i++) {
            flat.put(fields.get(i).name(), record.values()[i]);
        }
        return flat;
    }

    @Override
    public void close() {
        FluentdIngester open = ingester;
        ingester = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // the connection is given up in any case
            }
        }
    }

    /** Made at first use: it brings Jackson's databind with it. */
    private static final class FluentdRecordFormatterOfTag {
        private final String tag;
        private @Nullable FluentdRecordFormatter formatter;

        FluentdRecordFormatterOfTag(String tag) {
            this.tag = tag;
        }

        byte[] format(FlatRecord record, Map<String, Object> flat) {
            FluentdRecordFormatter made = formatter;
            if (made == null) {
                made = new FluentdRecordFormatter();
                formatter = made;
            }
            EventTime time =
                    EventTime.fromEpoch(record.time().getEpochSecond(), record.time().getNano());
            return made.format(tag, time, flat);
        }
    }
}
