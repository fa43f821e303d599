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
 * sends them: it is whole in itself, so nothing is fetched; its patterns take time in proportion to
 * the text; and no part refers to one that it is in. For each way to a part the library makes that
 * part anew and keeps it: with a part within itself, the payload says how many ways there are. For
 * one use.
 */
final class SchemaRules {
    static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    /** Parts, each as often as there are ways to it. */
    static final int MAX_PARTS = 10_000;

    /** Parts within parts. */
    static final int MAX_DEPTH = 300;

    private static final int MAX_TOLD = 10;

    /** Their values are data, not schemas. */
    private static final Set<String> DATA = Set.of("const", "enum", "default", "examples");

    /** Their parts count where they are referred to. */
    private static final Set<String> LIBRARY = Set.of("$defs", "definitions");

    private final JsonNode root;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, JsonNode> anchors = new HashMap<>();

    /** Parts that were followed to their end, with how many there are in each. */
    private final Map<Same, Integer> ended = new HashMap<>();

    private final Set<Same> begun = new HashSet<>();

    private SchemaRules(JsonNode root) {
        this.root = root;
    }

    /** A part of the schema, which equals only itself. */
    private record Same(JsonNode node, boolean named) {
        @Override
        @SuppressWarnings("ReferenceEquality") // two parts of the same text are two
        public boolean equals(Object other) {
            return other instanceof Same same && same.node == node && same.named == named;
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
            int parts = follow(root, false, "", 0);
            if (problems.isEmpty() && parts > MAX_PARTS) {
                problems.add(
                        "has more than " + MAX_PARTS + " parts, each counted for each way to it");
            }
        }
        return problems.stream().limit(MAX_TOLD).toList();
    }

    private void anchors(JsonNode node) {
        if (node.path("$anchor").isTextual()) {
            anchors.put(node.path("$anchor").textValue(), node);
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
            case "$dynamicRef" -> problems.add(there + " is not supported: write $ref");
            case "$ref" -> {
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

    /** How many parts there are, if many only that. */
    private int follow(JsonNode part, boolean named, String at, int depth) {
        Same here = new Same(part, named);
        Integer known = ended.get(here);
        if (known != null || !part.isContainerNode() || !problems.isEmpty()) {
            return known == null ? 0 : known;
        }
        if (depth > MAX_DEPTH) {
            problems.add("has more than " + MAX_DEPTH + " parts within each other, " + at);
            return 0;
        }
        if (!begun.add(here)) {
            problems.add(at + " refers to what it is in: then a payload could be checked for ever");
            return 0;
        }
        int parts = 1;
        for (Map.Entry<String, JsonNode> each : part.properties()) {
            String word = each.getKey();
            String there = at + "/" + word;
            JsonNode value = each.getValue();
            JsonNode target =
                    !named && word.equals("$ref") && value.isTextual()
                            ? target(value.textValue())
                            : null;
            if (target != null) {
                parts += follow(target, false, there, depth + 1);
            } else if (named || !DATA.contains(word) && !LIBRARY.contains(word)) {
                parts += follow(value, !named && isNames(word), there, depth + 1);
            }
            parts = Math.min(parts, MAX_PARTS + 1);
        }
        for (int i = 0; i < part.size() && part.isArray(); i++) {
            parts += follow(part.get(i), false, at + "/" + i, depth + 1);
            parts = Math.min(parts, MAX_PARTS + 1);
        }
        begun.remove(here);
        ended.put(here, parts);
        return parts;
    }
}
