package io.robustmq.server;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.networknt.schema.AnnotationKeyword;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.resource.DisallowSchemaLoader;
import io.robustmq.broker.PayloadCheck;
import io.robustmq.telemetry.event.MessageEvent.SchemaViolation;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A payload is one value of JSON, in UTF-8, and as a JSON Schema says (draft 2020-12). What is said
 * of a payload has nothing of it: names that the schema has not are told as {@code *}.
 */
final class JsonCheck implements PayloadCheck {
    /** Payloads: while one is checked, the loop's other clients wait. */
    static final int MAX_BYTES = 256 << 10;

    private static final SchemaValidatorsConfig CONFIG =
            SchemaValidatorsConfig.builder()
                    .pathType(PathType.JSON_POINTER)
                    .failFast(true)
                    .regularExpressionFactory(JsonCheck::found)
                    .build();

    /** What a schema is, from the library's own files. */
    private static final JsonSchema OF_SCHEMAS =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(SchemaLocation.of(SchemaId.V202012), CONFIG);

    private static final JsonSchemaFactory FACTORY = factory();

    private final JsonSchema schema;
    private final Set<String> names;

    private JsonCheck(JsonSchema schema, Set<String> names) {
        this.schema = schema;
        this.names = names;
    }

    /** Nothing is loaded from anywhere; words that it does not know say nothing. */
    private static JsonSchemaFactory factory() {
        JsonMetaSchema words =
                JsonMetaSchema.builder(JsonMetaSchema.getV202012())
                        .unknownKeywordFactory((word, context) -> new AnnotationKeyword(word))
                        .build();
        return JsonSchemaFactory.builder()
                .defaultMetaSchemaIri(words.getIri())
                .metaSchema(words)
                .schemaLoaders(loaders ->
                        loaders.values(all -> {
                            all.clear();
                            all.add(DisallowSchemaLoader.getInstance());
                        }))
                .enableSchemaCache(false)
                .build();
    }

    private static RegularExpression found(String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return text -> compiled.matcher(text).find();
    }

    sealed interface Outcome {}

    record Made(JsonCheck check) implements Outcome {}

    /** Never none. */
    record Wrong(List<String> problems) implements Outcome {}

    static Outcome of(JsonNode schema) {
        List<String> problems =
                OF_SCHEMAS.validate(schema).stream()
                        .map(each -> "is no JSON Schema: " + each.getMessage())
                        .toList();
        if (problems.isEmpty()) {
            problems = SchemaRules.problems(schema);
        }
        if (!problems.isEmpty()) {
            return new Wrong(problems);
        }
        JsonNode itself = schema.deepCopy();
        if (itself instanceof ObjectNode object) {
            object.remove(List.of("$id", "$schema")); // else it would look for what they name
        }
        JsonSchema compiled = FACTORY.getSchema(itself, CONFIG);
        compiled.initializeValidators();
        Set<String> names = new HashSet<>();
        addNames(itself, names);
        return new Made(new JsonCheck(compiled, Set.copyOf(names)));
    }

    private static void addNames(JsonNode node, Set<String> names) {
        node.fieldNames().forEachRemaining(names::add);
        JsonNode required = node.path("required");
        required.forEach(each -> names.add(each.asText()));
        node.forEach(each -> addNames(each, names));
    }

    @Override
    public @Nullable Mismatch check(byte[] payload) {
        if (payload.length > MAX_BYTES) {
            return new Mismatch(
                    SchemaViolation.TOO_LARGE,
                    "byte " + (MAX_BYTES + 1L) + " of " + payload.length,
                    "");
        }
        JsonNode value;
        try {
            value = JsonTree.read(payload);
        } catch (IOException notJson) {
            return new Mismatch(SchemaViolation.NOT_JSON, at(notJson), "");
        }
        try {
            for (ValidationMessage first : schema.validate(value)) {
                return new Mismatch(
                        SchemaViolation.MISMATCH,
                        location(first),
                        first.getSchemaLocation().getFragment().toString());
            }
            return null;
        } catch (RuntimeException | StackOverflowError unforeseen) {
            // a number like -1e999, or what we do not know of
            return new Mismatch(SchemaViolation.UNCHECKABLE, "", "");
        }
    }

    private static String at(IOException notJson) {
        JsonLocation location =
                notJson instanceof JsonProcessingException json ? json.getLocation() : null;
        return location == null
                ? ""
                : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    private String location(ValidationMessage message) {
        JsonNodePath path = message.getInstanceLocation();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < path.getNameCount(); i++) {
            text.append('/');
            if (path.getElement(i) instanceof Integer index) {
                text.append(index.intValue());
            } else {
                text.append(name(path.getName(i)));
            }
        }
        String property = message.getProperty();
        return property == null ? text.toString() : text + "/" + name(property);
    }

    private String name(String name) {
        return names.contains(name) ? name.replace("~", "~0").replace("/", "~1") : "*";
    }
}
