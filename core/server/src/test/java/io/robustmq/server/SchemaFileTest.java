package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.broker.PayloadCheck;
import io.robustmq.broker.PayloadCheck.Mismatch;
import io.robustmq.broker.PayloadSchema;
import io.robustmq.broker.PayloadSchema.OnMismatch;
import io.robustmq.telemetry.event.MessageEvent.SchemaViolation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaFileTest {
    private static final String WEATHER =
            """
            {"type": "object",
             "required": ["celsius"],
             "properties": {"celsius": {"type": "number", "minimum": -273.15},
                            "place": {"type": "string", "pattern": "^[a-z]+$"},
                            "before": {"type": "array", "items": {"$ref": "#/$defs/reading"}}},
             "additionalProperties": false,
             "$defs": {"reading": {"type": "integer"}}}
            """;

    @TempDir Path folder;

    private static String file(String topics, String rest) {
        return "{\"topics\": " + topics + rest + "}";
    }

    private static String of(String schema) {
        return file("[\"t\"]", ", \"schema\": " + schema);
    }

    private static PayloadSchema loaded(String text) {
        return switch (SchemaFile.parse("f.json", "f", text)) {
            case SchemaFile.Loaded(PayloadSchema schema) -> schema;
            case SchemaFile.Wrong(List<ConfigProblem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    private static List<String> problems(String text) {
        return switch (SchemaFile.parse("f.json", "f", text)) {
            case SchemaFile.Loaded loaded -> List.of();
            case SchemaFile.Wrong(List<ConfigProblem> problems) ->
                    problems.stream().map(ConfigProblem::line).toList();
        };
    }

    private static @Nullable Mismatch check(PayloadCheck check, String payload) {
        return check.check(payload.getBytes(StandardCharsets.UTF_8));
    }

    private static Mismatch mismatch(String location, String rule) {
        return new Mismatch(SchemaViolation.MISMATCH, location, rule);
    }

    private static Mismatch notJson(String location) {
        return new Mismatch(SchemaViolation.NOT_JSON, location, "");
    }

    @Test
    void a_file_says_topics_what_happens_and_the_schema() {
        PayloadSchema schema =
                loaded(file("[\"a/+\", \"b/#\"]", ",\"on-mismatch\":\"report\",\"schema\":{}"));
        assertThat(schema.name()).isEqualTo("f");
        assertThat(schema.filters()).containsExactly("a/+", "b/#");
        assertThat(schema.onMismatch()).isEqualTo(OnMismatch.REPORT);
        assertThat(loaded(of("true")).onMismatch()).isEqualTo(OnMismatch.REFUSE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]                                    | f.json: must be an object with topics, on-mismatch and schema",
                "nul                                   | f.json: is no JSON: Unrecognized token 'nul': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false') in line 1, column 1",
                "''                                    | f.json: is no JSON: it is empty",
                "{\"topics\":[\"a\"]}                  | f.json: schema: is missing: a JSON Schema, draft 2020-12",
                "{\"schema\":{}}                       | f.json: topics: must be a list of 1 to 100 topic filters, was missing",
                "{\"topics\":[],\"schema\":{}}         | f.json: topics: must be a list of 1 to 100 topic filters, was of 0",
                "{\"topics\":\"a\",\"schema\":{}}      | f.json: topics: must be a list of 1 to 100 topic filters, was STRING",
                "{\"topics\":[\"a/#/b\"],\"schema\":{}}| f.json: topics: \"a/#/b\" is no topic filter: + stands alone in its level, # alone in the last one",
                "{\"topics\":[3],\"schema\":{}}        | f.json: topics: 3 is no topic filter: + stands alone in its level, # alone in the last one",
                "{\"topics\":[\"a\",\"a\"],\"schema\":{}} | f.json: topics: \"a\" is there twice",
                "{\"topics\":[\"a\"],\"schema\":{},\"on-mismatch\":\"drop\"} | f.json: on-mismatch: must be refuse or report, was \"drop\"",
                "{\"topics\":[\"a\"],\"schema\":{},\"topic\":1} | f.json: topic: is unknown; there are topics, on-mismatch and schema",
                "{\"topics\":[\"a\"],\"schema\":3}     | f.json: schema: is no JSON Schema: : integer found, [object, boolean] expected",
                "{\"topics\":[\"a\"],\"schema\":{\"minimum\":\"x\"}} | f.json: schema: is no JSON Schema: /minimum: string found, number expected",
                "{\"topics\":[\"a\"],\"schema\":{\"$ref\":\"#/$defs/x\"}} | f.json: schema: /$ref refers to nothing in the schema, was #/$defs/x",
                "{\"topics\":[\"a\"],\"schema\":{\"$ref\":\"#x\"}} | f.json: schema: /$ref refers to nothing in the schema, was #x",
                "{\"topics\":[\"a\"],\"schema\":{\"items\":{\"$ref\":\"b.json\"}}} | f.json: schema: /items/$ref must be in the schema itself and begin with #: nothing is fetched; was b.json",
                "{\"topics\":[\"a\"],\"schema\":{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}} | f.json: schema: /$schema must be https://json-schema.org/draft/2020-12/schema, was http://json-schema.org/draft-07/schema#",
                "{\"topics\":[\"a\"],\"schema\":{\"not\":{\"$id\":\"x\"}}} | f.json: schema: /not/$id may be at the schema's root only",
                "{\"topics\":[\"a\"],\"schema\":{\"$ref\":\"#\"}} | f.json: schema: /$ref refers to what it is in: then a payload could be checked for ever",
                "{\"topics\":[\"a\"],\"schema\":{\"properties\":{\"p\":{\"anyOf\":[{\"$ref\":\"#/properties/p\"}]}}}} | f.json: schema: /properties/p/anyOf/0/$ref refers to what it is in: then a payload could be checked for ever",
                "{\"topics\":[\"a\"],\"schema\":{\"properties\":{\"p\":{\"items\":{\"$ref\":\"#\"}}}}} | f.json: schema: /properties/p/items/$ref refers to what it is in: then a payload could be checked for ever",
                "{\"topics\":[\"a\"],\"schema\":{\"properties\":{\"default\":{\"$ref\":\"#\"}}}} | f.json: schema: /properties/default/$ref refers to what it is in: then a payload could be checked for ever",
                "{\"topics\":[\"a\"],\"schema\":{\"properties\":{\"$defs\":{\"not\":{\"$ref\":\"#/properties/$defs\"}}}}} | f.json: schema: /properties/$defs/not/$ref refers to what it is in: then a payload could be checked for ever",
                "{\"topics\":[\"a\"],\"schema\":{\"$dynamicRef\":\"#\"}} | f.json: schema: /$dynamicRef is not supported: write $ref",
                "{\"topics\":[\"a\"],\"schema\":{\"pattern\":\"(?=a)\"}} | f.json: schema: /pattern must be a pattern of RE2, without looking around or back: error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
                "{\"topics\":[\"a\"],\"schema\":{\"patternProperties\":{\"(\":true}}} | f.json: schema: /patternProperties must be a pattern of RE2, without looking around or back: error parsing regexp: missing closing ): `(`"
            })
    void each_fault_is_told_with_its_place_and_value(String text, String problem) {
        assertThat(problems(text)).contains(problem);
    }

    @Test
    void a_file_that_is_too_large_or_too_deep_is_told_with_the_limit() {
        String large = of("{\"title\":\"" + "x".repeat(SchemaFile.MAX_BYTES) + "\"}");
        assertThat(problems(large))
                .containsExactly(
                        "f.json: a schema has at most 262144 bytes, was " + large.length());
        String deep = "{\"not\":".repeat(200) + "{}" + "}".repeat(200);
        assertThat(problems(of(deep))).singleElement().asString().contains("exceeds the maximum");
        assertThat(SchemaFile.nameProblem("a/b")).contains("1 to 64 letters", "was a/b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"celsius\":3,\"place\":\"here\",\"before\":[1,2]} | |",
                "{}                                   | /celsius    | /required",
                "{\"celsius\":\"warm\"}               | /celsius    | /properties/celsius/type",
                "{\"celsius\":-300}                   | /celsius    | /properties/celsius/minimum",
                "{\"celsius\":3,\"place\":\"HERE\"}   | /place      | /properties/place/pattern",
                "{\"celsius\":3,\"before\":[1,\"x\"]} | /before/1   | /$defs/reading/type",
                "{\"celsius\":3,\"secret\":1}         | /*          | /additionalProperties",
                "[]                                   | ''          | /type",
            })
    void what_is_wrong_is_told_with_both_places_and_nothing_of_the_payload(
            String payload, @Nullable String location, @Nullable String rule) {
        assertThat(check(loaded(of(WEATHER)).check(), payload))
                .isEqualTo(location == null || rule == null ? null : mismatch(location, rule));
    }

    @Test
    void what_is_no_json_in_utf_8_is_told_with_line_and_column() {
        PayloadCheck any = loaded(of("{}")).check();
        assertThat(check(any, "{\n\"a\": x}")).isEqualTo(notJson("line 2, column 6"));
        assertThat(check(any, "")).isEqualTo(notJson(""));
        assertThat(check(any, "1 2")).isEqualTo(notJson("line 1, column 3"));
        assertThat(check(any, "NaN")).matches(m -> m.violation() == SchemaViolation.NOT_JSON);
        assertThat(check(any, "\ufeff{}")).matches(m -> m.violation() == SchemaViolation.NOT_JSON);
        assertThat(check(any, "{\"a\":1,\"a\":2}"))
                .matches(m -> m.violation() == SchemaViolation.NOT_JSON);
        assertThat(any.check(new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'}))
                .isEqualTo(notJson(""));
        assertThat(any.check("{}".getBytes(StandardCharsets.UTF_16))).isEqualTo(notJson(""));
        assertThat(check(any, "[".repeat(101) + "]".repeat(101)))
                .matches(m -> m.violation() == SchemaViolation.NOT_JSON);
        assertThat(check(any, "[".repeat(100) + "]".repeat(100))).isNull();
    }

    @Test
    void a_payload_that_would_hold_up_the_loop_is_not_looked_at() {
        PayloadCheck any = loaded(of("true")).check();
        byte[] large = new byte[JsonCheck.MAX_BYTES + 1];
        assertThat(any.check(large))
                .isEqualTo(
                        new Mismatch(
                                SchemaViolation.TOO_LARGE, "byte 262145 of " + large.length, ""));
    }

    @Test
    void a_schema_may_use_its_parts_several_times_and_words_of_its_own() {
        PayloadCheck two =
                loaded(
                                of(
                                        """
                                        {"$id": "https://example.org/two", "x-unit": 1, "type": "object",
                                         "properties": {"a": {"$ref": "#/$defs/p"}, "b": {"$ref": "#p"},
                                                        "$ref": {"type": "string"}, "enum": {"type": "string"}},
                                         "default": {"$ref": "http://nowhere"},
                                         "$defs": {"p": {"$anchor": "p", "anyOf": [{"type": "integer"}, {"$ref": "#/$defs/q"}]},
                                                   "q": {"enum": ["x", {"$ref": "#"}]}}}
                                        """))
                        .check();
        assertThat(check(two, "{\"a\":1,\"b\":\"x\",\"$ref\":\"y\",\"enum\":\"z\"}")).isNull();
        assertThat(check(two, "{\"a\":1,\"b\":2.5}"))
                .isEqualTo(mismatch("/b", "/$defs/p/anyOf/0/type"));
        assertThat(check(two, "{\"$ref\":2}"))
                .isEqualTo(mismatch("/$ref", "/properties/$ref/type"));
    }

    @Test
    void a_schema_whose_parts_are_too_many_ways_apart_is_told_with_the_limit() {
        StringBuilder bomb = new StringBuilder("{\"$ref\":\"#/$defs/0\",\"$defs\":{");
        StringBuilder chain = new StringBuilder(bomb);
        for (int i = 0; i < 400; i++) {
            String next = "{\"$ref\":\"#/$defs/" + (i + 1) + "\"}";
            if (i < 40) {
                bomb.append("\"%d\":{\"anyOf\":[%s,%s]},".formatted(i, next, next));
            }
            chain.append("\"%d\":%s,".formatted(i, next));
        }
        assertThat(problems(of(bomb + "\"40\":{}}}")))
                .containsExactly(
                        "f.json: schema: has more than 10000 parts, each counted for each way to it");
        assertThat(problems(of(chain + "\"400\":{}}}")))
                .singleElement()
                .asString()
                .startsWith("f.json: schema: has more than 300 parts within each other");
    }

    /** The library is told where to look, and looks nowhere. */
    @Test
    void nothing_is_fetched_for_a_schema_whatever_it_names() throws IOException {
        Path other = Files.writeString(folder.resolve("other.json"), "{\"type\":\"string\"}");
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "http://127.0.0.1:" + listening.getLocalPort() + "/x.json";
            for (String where : List.of(address, other.toUri().toString(), "classpath:x.json")) {
                for (String word : List.of("$ref", "$schema")) {
                    String schema = "{\"%s\":\"%s\"}".formatted(word, where);
                    assertThat(problems(of(schema))).singleElement().asString().contains(where);
                }
                PayloadCheck named = loaded(of("{\"$id\":\"%s\"}".formatted(where))).check();
                assertThat(check(named, "3")).isNull();
            }
            listening.setSoTimeout(1);
            assertThatThrownBy(listening::accept).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void no_payload_makes_a_check_throw() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        List<PayloadCheck> checks =
                List.of(
                        loaded(of(WEATHER)).check(),
                        loaded(of("{\"items\":{\"multipleOf\":0.01},\"uniqueItems\":true}"))
                                .check(),
                        loaded(of("{\"maximum\":10,\"additionalProperties\":{\"minimum\":-1}}"))
                                .check(),
                        loaded(of("{\"unevaluatedProperties\":{\"maxLength\":1},\"maxLength\":3}"))
                                .check(),
                        loaded(of("{\"contains\":{\"const\":1},\"maxContains\":2}")).check(),
                        loaded(of("{\"propertyNames\":{\"pattern\":\"^(a|b)*$\"}}")).check());
        for (String number : List.of("-1e999", "1e999", "[-1e400]", "{\"a\":-1e999}", "1e-999")) {
            checks.forEach(each -> check(each, number));
        }
        for (int i = 0; i < 2_000; i++) {
            byte[] payload = Payloads.random(random);
            for (PayloadCheck each : checks) {
                Mismatch found = each.check(payload);
                assertThat(found == null || found.location().length() < 100_000).isTrue();
            }
        }
    }
}
