package io.robustmq.server;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a JSON Schema must keep to so that payloads can be checked by it on an event loop, whoever
 * wrote it and whoever sends them: it is whole in itself, so nothing is fetched; it ends, whatever
 * the payload; and its patterns take time in proportion to the text. For one use.
 */
final class SchemaRules {
    static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    private static final int MAX_TOLD = 10;

    /** Their values are data, not schemas. */
    private static final Set<String> DATA = Set.of("const", "enum", "default", "examples");

    /** Followed by a schema that is for the same value as the one it stands in. */
    private static final Set<String> ONE_IN_PLACE = Set.of("not", "if", "then", "else");

    /** Followed by several of them. */
    private static final Set<String> SEVERAL_IN_PLACE =
            Set.of("allOf", "anyOf", "oneOf", "dependentSchemas");

    private final JsonNode root;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, JsonNode> anchors = new HashMap<>();
    private final List<JsonNode> schemas = new ArrayList<>();

    // schemas that were followed to their end, and those that are being followed
    private final Set<Same> ended = new HashSet<>();
    private final Set<Same> begun = new HashSet<>();

    private SchemaRules(JsonNode root) {
        this.root = root;
    }

    /** A part of the schema, which equals only itself. */
    private record Same(JsonNode node) {
        @Override
        @SuppressWarnings("ReferenceEquality") // two parts of the same text are two
        public boolean equals(Object other) {
            return other instanceof Same same && same.node == node;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(node);
        }
    }

    /** What it does not keep to, nothing if it may be used. */
    static List<String> problems(JsonNode schema) {
        return new SchemaRules(schema).problems();
    }

    private List<String> problems() {
        anchors(root);
        look(root, "", false);
        if (problems.isEmpty()) {
            schemas.forEach(each -> follow(each, "a part of it"));
        }
        return problems.stream().limit(MAX_TOLD).toList();
    }

    private void anchors(JsonNode node) {
        for (String word : List.of("$anchor", "$dynamicAnchor")) {
            if (node.path(word).isTextual()) {
                anchors.put(node.path(word).textValue(), node);
            }
        }
        node.forEach(this::anchors);
    }

    /**
     * @param named whether it is a map of schemas by names that the schema's author has chosen
     */
    private void look(JsonNode node, String at, boolean named) {
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                look(node.get(i), at + "/" + i, false);
            }
            return;
        }
        if (!named && node.isObject()) {
            schemas.add(node);
        }
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            String word = each.getKey();
            JsonNode value = each.getValue();
            String there = at + "/" + word.replace("~", "~0").replace("/", "~1");
            if (!named) {
                keyword(word, value, at, there);
            }
            if (named || !DATA.contains(word)) {
                look(value, there, !named && isNames(word));
            }
        }
    }

    private static boolean isNames(String word) {
        return switch (word) {
            case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas" ->
                    true;
            default -> false;
        };
    }

    private void keyword(String word, JsonNode value, String at, String there) {
        switch (word) {
            case "$ref", "$dynamicRef" -> {
                if (value.isTextual() && target(value.textValue()) == null) {
                    String ref = value.textValue();
                    problems.add(
                            there
                                    + (ref.startsWith("#")
                                            ? " refers to nothing in the schema, was "
                                            : " must be in the schema itself and begin with #: nothing is fetched; was ")
                                    + ref);
                }
            }
            case "$id" -> {
                if (!at.isEmpty()) {
                    problems.add(there + " may be at the schema's root only");
                }
            }
            case "$schema" -> {
                if (!value.isTextual() || !value.textValue().equals(DIALECT)) {
                    problems.add(there + " must be " + DIALECT + ", was " + value.asText());
                }
            }
            case "pattern" -> {
                if (value.isTextual()) {
                    pattern(value.textValue(), there);
                }
            }
            case "patternProperties" ->
                    value.fieldNames().forEachRemaining(pattern -> pattern(pattern, there));
            default -> {}
        }
    }

    private void pattern(String pattern, String at) {
        try {
            var unused = Pattern.compile(pattern);
        } catch (PatternSyntaxException wrong) {
            problems.add(
                    at
                            + " must be a pattern of RE2, without looking around or back: "
                            + wrong.getMessage());
        }
    }

    /** Null if there is nothing. */
    private @Nullable JsonNode target(String ref) {
        if (ref.equals("#")) {
            return root;
        }
        if (ref.startsWith("#/")) {
            try {
                JsonNode found = root.at(JsonPointer.compile(decoded(ref.substring(1))));
                return found.isMissingNode() ? null : found;
            } catch (IllegalArgumentException wrong) {
                return null;
            }
        }
        return ref.startsWith("#") ? anchors.get(ref.substring(1)) : null;
    }

    private static String decoded(String fragment) {
        // + stands for itself in a fragment
        return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Through all that is for the same value: coming back to where it began, it would not end. */
    private void follow(JsonNode schema, String from) {
        Same here = new Same(schema);
        if (!schema.isObject() || ended.contains(here)) {
            return;
        }
        if (!begun.add(here)) {
            problems.add(from + " refers to itself for the same value: that would never end");
            return;
        }
        for (Map.Entry<String, JsonNode> each : schema.properties()) {
            String word = each.getKey();
            JsonNode value = each.getValue();
            if (word.equals("$ref") || word.equals("$dynamicRef")) {
                JsonNode target = value.isTextual() ? target(value.textValue()) : null;
                if (target != null) {
                    follow(target, value.textValue());
                }
            } else if (ONE_IN_PLACE.contains(word)) {
                follow(value, from);
            } else if (SEVERAL_IN_PLACE.contains(word)) {
                value.forEach(one -> follow(one, from));
            }
        }
        begun.remove(here);
        ended.add(here);
    }
}
