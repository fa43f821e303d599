package io.robustmq.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.broker.PayloadSchema;
import io.robustmq.broker.PayloadSchema.OnMismatch;
import io.robustmq.placement.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the payloads of some topics must be, as a file of a folder or a document of placement says:
 *
 * <pre>
 *   {
 *     "topics": ["sensors/+/data"],
 *     "on-mismatch": "refuse",
 *     "schema": {"type": "object", "required": ["celsius"]}
 *   }
 * </pre>
 *
 * For one use.
 */
final class SchemaFile {
    /** Of a file, as of a document. */
    static final int MAX_BYTES = Content.MAX_BYTES;

    static final int MAX_TOPICS = 100;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Set<String> KEYS = Set.of("topics", "on-mismatch", "schema");
    private static final String TOPICS = "topics";
    private static final String ON_MISMATCH = "on-mismatch";
    private static final String SCHEMA = "schema";

    private final String file;
    private final List<ConfigProblem> problems = new ArrayList<>();

    private SchemaFile(String file) {
        this.file = file;
    }

    /** What reading it gave. */
    sealed interface Outcome {}

    record Loaded(PayloadSchema schema) implements Outcome {}

    /** Every problem there is, never none. */
    record Wrong(List<ConfigProblem> problems) implements Outcome {}

    /** Null if it may be one. */
    static @Nullable String nameProblem(String name) {
        return NAME.matcher(name).matches()
                ? null
                : "a schema's name has 1 to 64 letters, digits, dots, hyphens and underscores, a letter or digit first; was "
                        + name;
    }

    /**
     * @param file where it was, for problems
     */
    static Outcome parse(String file, String name, String text) {
        return new SchemaFile(file).parse(name, text);
    }

    private Outcome parse(String name, String text) {
        String wrongName = nameProblem(name);
        if (wrongName != null) {
            wrong("", wrongName);
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            wrong("", "a schema has at most " + MAX_BYTES + " bytes, was " + bytes);
            return new Wrong(List.copyOf(problems));
        }
        JsonNode read;
        try {
            read = JsonTree.read(text);
        } catch (JsonProcessingException notJson) {
            wrong("", "is no JSON: " + notJson.getOriginalMessage() + at(notJson));
            return new Wrong(List.copyOf(problems));
        } catch (IOException none) {
            wrong("", "is no JSON: " + none.getMessage());
            return new Wrong(List.copyOf(problems));
        }
        if (!read.isObject()) {
            wrong("", "must be an object with topics, on-mismatch and schema");
            return new Wrong(List.copyOf(problems));
        }
        read.fieldNames()
                .forEachRemaining(key -> {
                    if (!KEYS.contains(key)) {
                        wrong(key, "is unknown; there are topics, on-mismatch and schema");
                    }
                });
        List<String> topics = topics(read.path(TOPICS));
        OnMismatch onMismatch = onMismatch(read.path(ON_MISMATCH));
        JsonNode schema = read.path(SCHEMA);
        if (schema.isMissingNode()) {
            wrong(SCHEMA, "is missing: a JSON Schema, draft 2020-12");
            return new Wrong(List.copyOf(problems));
        }
        return switch (JsonCheck.of(schema)) {
            case JsonCheck.Made(JsonCheck check) ->
                    problems.isEmpty()
                            ? new Loaded(new PayloadSchema(name, topics, onMismatch, check))
                            : new Wrong(List.copyOf(problems));
            case JsonCheck.Wrong(List<String> wrong) -> {
                wrong.forEach(each -> wrong(SCHEMA, each));
                yield new Wrong(List.copyOf(problems));
            }
        };
    }

    private static String at(JsonProcessingException notJson) {
        return notJson.getLocation() == null
                ? ""
                : " in line "
                        + notJson.getLocation().getLineNr()
                        + ", column "
                        + notJson.getLocation().getColumnNr();
    }

    private List<String> topics(JsonNode written) {
        List<String> topics = new ArrayList<>();
        if (!written.isArray() || written.isEmpty() || written.size() > MAX_TOPICS) {
            wrong(
                    TOPICS,
                    "must be a list of 1 to "
                            + MAX_TOPICS
                            + " topic filters, was "
                            + (written.isMissingNode()
                                    ? "missing"
                                    : written.isArray()
                                            ? "of " + written.size()
                                            : written.getNodeType()));
            return topics;
        }
        for (JsonNode each : written) {
            String filter = each.isTextual() ? each.textValue() : "";
            String problem = PayloadSchema.filterProblem(filter);
            if (problem != null) {
                wrong(TOPICS, each + " " + problem);
            } else if (topics.contains(filter)) {
                wrong(TOPICS, each + " is there twice");
            }
            topics.add(filter);
        }
        return topics;
    }

    private OnMismatch onMismatch(JsonNode written) {
        for (OnMismatch each : OnMismatch.values()) {
            if (written.isTextual() && word(each).equals(written.textValue())) {
                return each;
            }
        }
        if (!written.isMissingNode()) {
            wrong(
                    ON_MISMATCH,
                    "must be "
                            + Stream.of(OnMismatch.values())
                                    .map(SchemaFile::word)
                                    .collect(Collectors.joining(" or "))
                            + ", was "
                            + written);
        }
        return OnMismatch.REFUSE;
    }

    static String word(OnMismatch onMismatch) {
        return onMismatch.name().toLowerCase(Locale.ROOT);
    }

    private void wrong(String key, String detail) {
        problems.add(new ConfigProblem(file, key, detail));
    }
}
