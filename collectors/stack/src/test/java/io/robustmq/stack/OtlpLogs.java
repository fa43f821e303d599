package io.robustmq.stack;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads an ExportLogsServiceRequest, and makes of it what Loki's documentation says that its OTLP
 * endpoint makes: resource attributes that are labels by collectors/loki/loki.yaml are the stream's
 * labels; all else but time and body is structured metadata, values as texts, names with an
 * underscore for whatever Loki does not take in a name.
 */
final class OtlpLogs {
    private final Set<String> indexLabels;
    private final List<LogEntry> entries = new ArrayList<>();

    private OtlpLogs(Set<String> indexLabels) {
        this.indexLabels = indexLabels;
    }

    /** A message's fields one after the other. */
    private interface Fields {
        /** {@code false}: not wanted. */
        boolean take(int field, CodedInputStream in) throws IOException;
    }

    static List<LogEntry> read(byte[] request, Set<String> indexLabels) throws IOException {
        OtlpLogs logs = new OtlpLogs(indexLabels);
        message(
                CodedInputStream.newInstance(request),
                (field, in) -> field == 1 && logs.resourceLogs(nested(in)));
        return logs.entries;
    }

    private boolean resourceLogs(byte[] bytes) throws IOException {
        Map<String, String> resource = new TreeMap<>();
        List<byte[]> scopes = new ArrayList<>();
        message(
                CodedInputStream.newInstance(bytes),
                (field, in) ->
                        switch (field) {
                            case 1 -> attributes(nested(in), 1, resource);
                            case 2 -> scopes.add(nested(in));
                            default -> false;
                        });
        Map<String, String> labels = new TreeMap<>();
        Map<String, String> metadata = new TreeMap<>();
        resource.forEach((name, value) ->
                (indexLabels.contains(name) ? labels : metadata).put(loki(name), value));
        // what Loki does not know the service of
        labels.putIfAbsent("service_name", "unknown_service");
        for (byte[] scope : scopes) {
            scopeLogs(scope, labels, metadata);
        }
        return true;
    }

    private void scopeLogs(byte[] bytes, Map<String, String> labels, Map<String, String> resource)
            throws IOException {
        Map<String, String> metadata = new TreeMap<>(resource);
        List<byte[]> records = new ArrayList<>();
        message(
                CodedInputStream.newInstance(bytes),
                (field, in) ->
                        switch (field) {
                            case 1 -> scope(nested(in), metadata);
                            case 2 -> records.add(nested(in));
                            default -> false;
                        });
        for (byte[] record : records) {
            entries.add(record(record, labels, new TreeMap<>(metadata)));
        }
    }

    private static boolean scope(byte[] bytes, Map<String, String> metadata) throws IOException {
        return message(
                CodedInputStream.newInstance(bytes),
                (field, in) ->
                        switch (field) {
                            case 1 -> put(metadata, "scope_name", in.readString());
                            case 2 -> put(metadata, "scope_version", in.readString());
                            default -> false;
                        });
    }

    /** The fields' numbers are those of opentelemetry/proto/logs/v1/logs.proto. */
    private static LogEntry record(
            byte[] bytes, Map<String, String> labels, Map<String, String> metadata)
            throws IOException {
        long[] times = new long[2];
        Map<String, String> attributes = new TreeMap<>();
        StringBuilder body = new StringBuilder();
        message(
                CodedInputStream.newInstance(bytes),
                (field, in) ->
                        switch (field) {
                            case 1 -> {
                                times[0] = in.readFixed64();
                                yield true;
                            }
                            case 11 -> {
                                times[1] = in.readFixed64();
                                yield true;
                            }
                            case 2 -> put(metadata, "severity_number", "" + in.readEnum());
                            case 3 -> put(metadata, "severity_text", in.readString());
                            case 5 -> {
                                body.append(value(nested(in)));
                                yield true;
                            }
                            case 6 -> attribute(nested(in), attributes);
                            case 8 -> put(metadata, "flags", "" + in.readFixed32());
                            case 9 -> put(metadata, "trace_id", hex(in));
                            case 10 -> put(metadata, "span_id", hex(in));
                            case 12 -> put(metadata, "event_name", in.readString());
                            default -> false;
                        });
        attributes.forEach((name, value) -> metadata.put(loki(name), value));
        if (times[1] != 0) {
            metadata.put("observed_timestamp", "" + times[1]);
        }
        // discover_log_levels is on unless it is switched off
        String severity = metadata.get("severity_text");
        if (severity != null) {
            metadata.put("detected_level", severity.toLowerCase(java.util.Locale.ROOT));
        }
        return new LogEntry(times[0] != 0 ? times[0] : times[1], labels, metadata, body.toString());
    }

    private static boolean attributes(byte[] bytes, int wanted, Map<String, String> to)
            throws IOException {
        return message(
                CodedInputStream.newInstance(bytes),
                (field, in) -> field == wanted && attribute(nested(in), to));
    }

    private static boolean attribute(byte[] bytes, Map<String, String> to) throws IOException {
        String[] pair = {"", ""};
        message(
                CodedInputStream.newInstance(bytes),
                (field, in) -> {
                    switch (field) {
                        case 1 -> pair[0] = in.readString();
                        case 2 -> pair[1] = value(nested(in));
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
        to.put(pair[0], pair[1]);
        return true;
    }

    /** An AnyValue as a text. Our events have no lists or maps in them. */
    private static String value(byte[] bytes) throws IOException {
        String[] text = {""};
        message(
                CodedInputStream.newInstance(bytes),
                (field, in) -> {
                    text[0] =
                            switch (field) {
                                case 1 -> in.readString();
                                case 2 -> "" + in.readBool();
                                case 3 -> "" + in.readInt64();
                                case 4 -> "" + in.readDouble();
                                default ->
                                        throw new IOException(
                                                "an attribute with a list, map or bytes");
                            };
                    return true;
                });
        return text[0];
    }

    private static boolean message(CodedInputStream in, Fields fields) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (!fields.take(WireFormat.getTagFieldNumber(tag), in)) {
                in.skipField(tag);
            }
        }
        return true;
    }

    private static byte[] nested(CodedInputStream in) throws IOException {
        return in.readByteArray();
    }

    private static String hex(CodedInputStream in) throws IOException {
        return HexFormat.of().formatHex(in.readByteArray());
    }

    private static boolean put(Map<String, String> to, String name, String value) {
        if (!value.isEmpty()) {
            to.put(name, value);
        }
        return true;
    }

    private static String loki(String name) {
        return name.replaceAll("[^a-zA-Z0-9_]", "_");
    }
}
