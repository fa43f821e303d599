package io.robustmq.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.placement.Document;
import io.robustmq.telemetry.pipeline.SamplingRule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What somebody wants of sampling; what it does not name stays as it is.
 *
 * @param given from now on, in the place of the configuration's
 * @param taken of these the configuration's holds again
 * @param why empty if they say nothing
 */
record SamplingChange(Map<SamplingField, Object> given, Set<SamplingField> taken, String why) {
    /** In place of a value: the configuration's. */
    static final String DEFAULT = "default";

    /** One of the rules; all of them together are in the place of those before. */
    static final String RULE = "rule";

    static final String WHY = "why";

    SamplingChange {
        given = Map.copyOf(given);
        taken = Set.copyOf(taken);
    }

    /** What reading it gave. */
    sealed interface Outcome {
        record Read(SamplingChange change) implements Outcome {}

        record Wrong(String line) implements Outcome {}
    }

    /** Back to the configuration. */
    static Outcome reset(String why) {
        return made(Map.of(), EnumSet.allOf(SamplingField.class), why);
    }

    boolean isReset() {
        return given.isEmpty() && taken.size() == SamplingField.values().length;
    }

    /** Of parameters, {@code ratio=0.1&rule=topic=a%20ratio=1&why=…}; of each the last counts. */
    static Outcome read(Map<String, List<String>> parameters) {
        Map<SamplingField, Object> given = new EnumMap<>(SamplingField.class);
        Set<SamplingField> taken = EnumSet.noneOf(SamplingField.class);
        String why = "";
        for (Map.Entry<String, List<String>> each : parameters.entrySet()) {
            String name = each.getKey();
            String text = each.getValue().getLast();
            SamplingField field = SamplingField.of(name);
            if (name.equals(WHY)) {
                why = text;
            } else if (name.equals(RULE)) {
                if (parameters.containsKey(SamplingField.RULES.key())) {
                    return new Outcome.Wrong("either rules or rule, was both");
                }
                for (String rule : each.getValue()) {
                    if (SamplingRule.read(rule) == null) {
                        return wrong(SamplingField.RULES, '"' + rule + '"');
                    }
                }
                Object rules = SamplingRulesKind.rules(each.getValue());
                if (rules == null) {
                    return wrong(SamplingField.RULES, each.getValue().size() + " rules");
                }
                given.put(SamplingField.RULES, rules);
            } else if (field == null) {
                return unknown(name);
            } else if (text.equals(DEFAULT)) {
                taken.add(field);
            } else {
                Object value = field.read(text);
                if (value == null) {
                    return wrong(field, '"' + text + '"');
                }
                given.put(field, value);
            }
        }
        return made(given, taken, why);
    }

    /** Of {@code {"ratio":0.1,"rules":["topic=a ratio=1"],"keep-slow":null,"why":"…"}}. */
    static Outcome read(String text) {
        JsonNode json;
        try {
            json = JsonTree.read(text);
        } catch (IOException notJson) {
            return new Outcome.Wrong("the body must be one JSON object, was no JSON");
        }
        if (!json.isObject()) {
            return new Outcome.Wrong("the body must be one JSON object, was " + json);
        }
        Map<SamplingField, Object> given = new EnumMap<>(SamplingField.class);
        Set<SamplingField> taken = EnumSet.noneOf(SamplingField.class);
        String why = "";
        for (Map.Entry<String, JsonNode> each : json.properties()) {
            JsonNode written = each.getValue();
            SamplingField field = SamplingField.of(each.getKey());
            if (each.getKey().equals(WHY)) {
                if (!written.isTextual()) {
                    return new Outcome.Wrong("why must be a text, was " + written);
                }
                why = written.textValue();
            } else if (field == null) {
                return unknown(each.getKey());
            } else if (written.isNull()) {
                taken.add(field);
            } else {
                Object value = field.read(written);
                if (value == null) {
                    return wrong(field, written.toString());
                }
                given.put(field, value);
            }
        }
        return made(given, taken, why);
    }

    private static Outcome unknown(String name) {
        List<String> known = new ArrayList<>(List.of(SamplingField.keys(), RULE, WHY));
        return new Outcome.Wrong("no parameter " + name + ", there is " + String.join(", ", known));
    }

    private static Outcome wrong(SamplingField field, String was) {
        return new Outcome.Wrong(field.rule() + "; was " + was);
    }

    private static Outcome made(
            Map<SamplingField, Object> given, Set<SamplingField> taken, String why) {
        if (given.isEmpty() && taken.isEmpty()) {
            return new Outcome.Wrong("needs one of " + SamplingField.keys());
        }
        if (why.length() > Document.MAX_WHY) {
            return new Outcome.Wrong(
                    "why must have at most "
                            + Document.MAX_WHY
                            + " characters, was "
                            + why.length());
        }
        return new Outcome.Read(new SamplingChange(given, taken, why));
    }
}
