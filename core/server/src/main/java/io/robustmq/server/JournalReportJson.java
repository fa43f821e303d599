package io.robustmq.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.robustmq.journal.Finding;
import io.robustmq.journal.OfflineJournal.RecordFacts;
import io.robustmq.journal.ShardReport;
import io.robustmq.journal.ShardReport.OfSegment;
import io.robustmq.journal.ShardReport.OfSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** For programs: one JSON object per line, each with what it is in {@code type}. */
final class JournalReportJson implements JournalReport {
    private static final JsonFactory JSON = new JsonFactory();

    private final PrintStream out;

    JournalReportJson(PrintStream out) {
        this.out = out;
    }

    /** Fills one object. */
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private void line(String type, Fields fields) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("type", type);
            fields.write(json);
            json.writeEndObject();
        }
        out.println(bytes.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void begin(Path directory) throws IOException {
        line("journal", json -> json.writeStringField("directory", directory.toString()));
    }

    @Override
    public void shard(ShardReport report, List<RecordFacts> records) throws IOException {
        line(
                "shard",
                json -> {
                    json.writeStringField("shard", report.shard());
                    json.writeStringField("directory", report.directory().toString());
                    json.writeNumberField("bytes", report.bytes());
                    json.writeArrayFieldStart("segments");
                    for (OfSegment segment : report.segments()) {
                        write(json, segment);
                    }
                    json.writeEndArray();
                    json.writeArrayFieldStart("snapshots");
                    for (OfSnapshot snapshot : report.snapshots()) {
                        write(json, snapshot);
                    }
                    json.writeEndArray();
                });
        for (RecordFacts record : records) {
            line("record", json -> write(json, report.shard(), record));
        }
    }

    private static void write(JsonGenerator json, OfSegment segment) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", String.valueOf(segment.file().getFileName()));
        json.writeNumberField("base_offset", segment.baseOffset());
        json.writeNumberField("next_offset", segment.nextOffset());
        json.writeNumberField("records", segment.records());
        json.writeNumberField("bytes", segment.bytes());
        json.writeBooleanField("sealed", segment.sealed());
        json.writeNumberField("first_epoch_millis", segment.firstMillis());
        json.writeNumberField("latest_epoch_millis", segment.latestMillis());
        json.writeBooleanField("index", segment.index());
        json.writeStringField("problem", segment.problem());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, OfSnapshot snapshot) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", String.valueOf(snapshot.file().getFileName()));
        json.writeNumberField("offset", snapshot.offset());
        json.writeNumberField("bytes", snapshot.bytes());
        json.writeStringField("problem", snapshot.problem());
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String shard, RecordFacts record)
            throws IOException {
        json.writeStringField("shard", shard);
        json.writeNumberField("offset", record.offset());
        json.writeNumberField("epoch_millis", record.epochMillis());
        json.writeFieldName("keys");
        json.writeArray(record.keys(), 0, record.keys().length);
        json.writeNumberField("bytes", record.payload().length);
        String text = JournalReport.text(record.payload());
        if (text != null) {
            json.writeStringField("text", text);
        } else {
            json.writeStringField("hex", HexFormat.of().formatHex(record.payload()));
        }
    }

    @Override
    public void finding(Finding finding, Done done) throws IOException {
        line(
                "finding",
                json -> {
                    json.writeStringField("shard", finding.shard());
                    json.writeStringField("kind", lowerCase(finding.kind()));
                    json.writeStringField("file", finding.file().toString());
                    json.writeNumberField("position", finding.position());
                    json.writeNumberField("first_lost_offset", finding.firstLost());
                    json.writeNumberField("lost_records", finding.lost());
                    json.writeStringField("detail", finding.detail());
                    json.writeStringField("advice", finding.kind().advice());
                    json.writeStringField("repair", lowerCase(finding.kind().repair()));
                    json.writeBooleanField("done", done == Done.DONE);
                });
    }

    @Override
    public void verified(int shards, int findings) throws IOException {
        line(
                "verified",
                json -> {
                    json.writeNumberField("shards", shards);
                    json.writeNumberField("findings", findings);
                });
    }

    @Override
    public void repaired(int repaired, int left, boolean yes) throws IOException {
        line(
                "repaired",
                json -> {
                    json.writeNumberField("repaired", repaired);
                    json.writeNumberField("left", left);
                    json.writeBooleanField("changed", yes && repaired > 0);
                });
    }

    @Override
    public void end() {
        out.flush();
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
