package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.telemetry.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.komamitsu.fluency.EventTime;
import org.komamitsu.fluency.fluentd.recordformat.FluentdRecordFormatter;

/**
 * The forward protocol with acknowledgements: a batch is one PackedForward message with a chunk id,
 * and is shipped when the other end has sent that id back.
 *
 * <p>Fluency's record formatter is used, and not its sender, which knows no shared key.
 */
final class FluentSink implements Sink<FlatRecord> {
    private final PipelineSettings.Fluent settings;
    private final TlsFiles tls;
    private final SecureRandom random = new SecureRandom();
    private final FluentdRecordFormatterOfTag formatter;
    private final StringBuilder time = new StringBuilder(32);
    private @Nullable ForwardConnection connection;
    private TlsFiles.@Nullable Loaded connectionTls;

    FluentSink(PipelineSettings.Fluent settings) {
        this.settings = settings;
        this.tls = new TlsFiles(settings.options().tls());
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
    public void ship(List<FlatRecord> batch) throws IOException, InterruptedException {
        boolean gzip = settings.options().compression() == PipelineSettings.Compression.GZIP;
        byte[] entries = entries(batch, gzip);
        boolean shipped = false;
        try {
            connected().send(entries, batch.size(), gzip);
            shipped = true;
        } catch (IOException e) {
            // without cause: that would be told instead of this
            throw new IOException(endpoint() + ": " + Reasons.of(e));
        } finally {
            if (!shipped) {
                close(); // an acknowledgement that comes late must not be taken for the next one's
            }
        }
    }

    private byte[] entries(List<FlatRecord> batch, boolean gzip) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(batch.size() * 400);
        try (OutputStream entries = gzip ? new Gzip(bytes) : bytes) {
            for (FlatRecord record : batch) {
                entries.write(formatter.format(record, flat(record)));
            }
        }
        return bytes.toByteArray();
    }

    private ForwardConnection connected() throws IOException, InterruptedException {
        TlsFiles.Loaded files = settings.options().encrypted() ? tls.current() : null;
        ForwardConnection open = connection;
        if (open != null && !Objects.equals(files, connectionTls)) {
            open.close(); // a certificate was renewed
            open = null;
        }
        if (open == null) {
            open = ForwardConnection.open(settings, files, random);
            connection = open;
            connectionTls = files;
        }
        return open;
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
        ForwardConnection open = connection;
        connection = null;
        tls.forget();
        if (open != null) {
            open.close();
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
