package io.robustmq.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.robustmq.placement.Author;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.LevelOrder;
import io.robustmq.placement.Member;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.TraceOrder;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster has agreed on, as a file: lines of JSON, each with its {@code type}.
 *
 * <pre>
 *   {"type":"robustmq-cluster-backup","version":1,"made":"…","revision":812}
 *   {"type":"member","name":"pc-1","address":"…"}                          for information
 *   {"type":"document","kind":"user","name":"ann","content":"base64",…}
 *   {"type":"level",…}
 *   {"type":"trace",…}
 *   {"type":"end","lines":5,"sha256":"of all lines before, with their ends"}
 * </pre>
 */
final class BackupFile {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String FORMAT = "robustmq-cluster-backup";
    private static final String VERSION = "1";

    /** The longest has a document: content in base64, and names. */
    private static final int MAX_LINE = 1 << 20;

    private BackupFile() {}

    /** What one has. */
    record Backup(
            Instant made,
            long revision,
            List<Document> documents,
            List<LevelOrder> levels,
            List<TraceOrder> traces) {}

    /** The file is no backup, or is not as it was written. */
    static final class Damaged extends IOException {
        private static final long serialVersionUID = 1;

        private Damaged(String why) {
            super(why);
        }
    }

    static void write(PlacementView view, Instant now, OutputStream out) throws IOException {
        Writing writing = new Writing(out);
        writing.line(
                FORMAT,
                json -> {
                    json.writeStringField("version", VERSION);
                    json.writeStringField("made", now.toString());
                    json.writeNumberField("revision", view.revision());
                });
        for (Member each : view.members()) {
            writing.line(
                    "member",
                    json -> {
                        json.writeStringField("name", each.name());
                        json.writeStringField("address", each.address());
                    });
        }
        for (DocumentKind kind : DocumentKind.values()) {
            for (Document each : view.documents(kind, "")) {
                writing.line("document", json -> document(json, each));
            }
        }
        for (LevelOrder each : view.logOrders().levels()) {
            writing.line("level", json -> level(json, each));
        }
        for (TraceOrder each : view.logOrders().traces()) {
            writing.line("trace", json -> trace(json, each));
        }
        writing.end();
    }

    /** Fills one line. */
    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private static final class Writing {
        private final OutputStream out;
        private final MessageDigest digest = sha256();
        private int lines;

        Writing(OutputStream out) {
            this.out = out;
        }

        void line(String type, Fields fields) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (JsonGenerator json = JSON.createGenerator(bytes)) {
                json.writeStartObject();
                json.writeStringField("type", type);
                fields.write(json);
                json.writeEndObject();
            }
            bytes.write('\n');
            byte[] line = bytes.toByteArray();
            digest.update(line);
            lines++;
            out.write(line);
        }

        void end() throws IOException {
            String sum = HexFormat.of().formatHex(digest.digest());
            int before = lines;
            line(
                    "end",
                    json -> {
                        json.writeNumberField("lines", before);
                        json.writeStringField("sha256", sum);
                    });
        }
    }

    private static void document(JsonGenerator json, Document document) throws IOException {
        json.writeStringField("kind", document.kind().text());
        json.writeStringField("name", document.name());
        json.writeStringField(
                "content", Base64.getEncoder().encodeToString(document.content().bytes()));
        json.writeNumberField("document_version", document.version());
        json.writeNumberField("created", document.created());
        by(json, document.by());
        json.writeStringField("why", document.why());
    }

    private static void level(JsonGenerator json, LevelOrder level) throws IOException {
        Severity severity = level.level();
        Instant until = level.until();
        json.writeStringField("category", level.category());
        json.writeStringField("level", severity == null ? "" : severity.name());
        json.writeStringField("at", level.at().toString());
        json.writeStringField("until", until == null ? "" : until.toString());
        by(json, level.by());
    }

    private static void trace(JsonGenerator json, TraceOrder trace) throws IOException {
        json.writeStringField("id", trace.id());
        json.writeStringField("kind", trace.kind().name());
        json.writeStringField("target", trace.target());
        json.writeStringField("begun", trace.begun().toString());
        json.writeStringField("until", trace.until().toString());
        json.writeNumberField("per_second", trace.perSecond());
        by(json, trace.by());
    }

    private static void by(JsonGenerator json, Author by) throws IOException {
        json.writeStringField("by_node", by.nodeId());
        json.writeStringField("by_who", by.admin().who());
        json.writeStringField("by_remote_addr", by.admin().remoteAddr());
    }

    /**
     * @throws Damaged saying what is wrong with it
     */
    static Backup read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return new Reading(in).read();
        }
    }

    private static final class Reading {
        private final InputStream in;
        private final MessageDigest digest = sha256();
        private final List<Document> documents = new ArrayList<>();
        private final List<LevelOrder> levels = new ArrayList<>();
        private final List<TraceOrder> traces = new ArrayList<>();
        private int lines;

        Reading(InputStream in) {
            this.in = in;
        }

        Backup read() throws IOException {
            byte[] first = line();
            if (first == null || !new String(first, StandardCharsets.UTF_8).contains(FORMAT)) {
                throw new Damaged("is not a backup of a cluster");
            }
            Map<String, String> header = taken(first);
            if (!value(header, "version").equals(VERSION)) {
                throw new Damaged(
                        "has version "
                                + value(header, "version")
                                + " of the format, and this RobustMQ reads "
                                + VERSION);
            }
            while (true) {
                byte[] line = line();
                if (line == null) {
                    throw new Damaged("is cut off after line " + lines);
                }
                Map<String, String> fields = fields(line);
                if (value(fields, "type").equals("end")) {
                    check(fields);
                    return made(header);
                }
                take(fields);
                count(line);
            }
        }

        private Map<String, String> taken(byte[] line) throws IOException {
            Map<String, String> fields = fields(line);
            count(line);
            return fields;
        }

        private void count(byte[] line) {
            digest.update(line);
            digest.update((byte) '\n');
            lines++;
        }

        private void check(Map<String, String> end) throws IOException {
            String sum = HexFormat.of().formatHex(digest.digest());
            if (!value(end, "lines").equals(String.valueOf(lines))
                    || !value(end, "sha256").equals(sum)) {
                throw new Damaged("is damaged: its checksum is not that of what it has");
            }
            if (in.read() >= 0) {
                throw new Damaged("goes on after its end");
            }
        }

        private Backup made(Map<String, String> header) throws IOException {
            try {
                return new Backup(
                        Instant.parse(value(header, "made")),
                        Long.parseLong(value(header, "revision")),
                        documents,
                        levels,
                        traces);
            } catch (IllegalArgumentException | DateTimeException wrong) {
                throw new Damaged("line 1: " + wrong.getMessage());
            }
        }

        private void take(Map<String, String> fields) throws IOException {
            try {
                switch (value(fields, "type")) {
                    case "document" -> documents.add(document(fields));
                    case "level" -> levels.add(level(fields));
                    case "trace" -> traces.add(trace(fields));
                    case "member" -> {}
                    case String unknown ->
                            throw new IllegalArgumentException("what is a " + unknown);
                }
            } catch (IllegalArgumentException | DateTimeException wrong) {
                throw new Damaged("is damaged in line " + (lines + 1) + ": " + wrong.getMessage());
            }
        }

        /** Without its end; null if there is no more. */
        private byte @Nullable [] line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int next = in.read();
            if (next < 0) {
                return null;
            }
            while (next >= 0 && next != '\n') {
                if (line.size() >= MAX_LINE) {
                    throw new Damaged(
                            lines == 0
                                    ? "is not a backup of a cluster"
                                    : "is damaged: line " + (lines + 1) + " is too long");
                }
                line.write(next);
                next = in.read();
            }
            if (next < 0) {
                throw new Damaged("is cut off in line " + (lines + 1));
            }
            return line.toByteArray();
        }

        private Map<String, String> fields(byte[] line) throws IOException {
            Map<String, String> fields = new TreeMap<>();
            try (JsonParser json = JSON.createParser(line)) {
                boolean object = json.nextToken() == JsonToken.START_OBJECT;
                while (object && json.nextToken() == JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    if (!json.nextToken().isScalarValue()) {
                        throw new Damaged("is damaged in line " + (lines + 1));
                    }
                    fields.put(name, json.getText());
                }
            } catch (JsonProcessingException broken) {
                throw new Damaged("is damaged in line " + (lines + 1));
            }
            return fields;
        }
    }

    private static String value(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "");
    }

    private static Document document(Map<String, String> from) {
        DocumentKind kind =
                Stream.of(DocumentKind.values())
                        .filter(each -> each.text().equals(value(from, "kind")))
                        .findAny()
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "no kind of document " + value(from, "kind")));
        return new Document(
                kind,
                value(from, "name"),
                Content.of(Base64.getDecoder().decode(value(from, "content"))),
                Long.parseLong(value(from, "document_version")),
                Long.parseLong(value(from, "created")),
                author(from),
                value(from, "why"));
    }

    private static LevelOrder level(Map<String, String> from) {
        String level = value(from, "level");
        String until = value(from, "until");
        return new LevelOrder(
                value(from, "category"),
                level.isEmpty() ? null : Severity.valueOf(level),
                Instant.parse(value(from, "at")),
                until.isEmpty() ? null : Instant.parse(until),
                author(from));
    }

    private static TraceOrder trace(Map<String, String> from) {
        return new TraceOrder(
                value(from, "id"),
                TraceTarget.valueOf(value(from, "kind")),
                value(from, "target"),
                Instant.parse(value(from, "begun")),
                Instant.parse(value(from, "until")),
                Integer.parseInt(value(from, "per_second")),
                author(from));
    }

    private static Author author(Map<String, String> from) {
        return new Author(
                value(from, "by_node"),
                new Admin(
                        value(from, "by_who"), value(from, "by_remote_addr"), Admin.Outcome.DONE));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of the JDK", impossible);
        }
    }
}
