package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.placement.Author;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.pipeline.Sampling;
import io.robustmq.telemetry.pipeline.SamplingRule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wanted of sampling, as people write it and as placement keeps it. */
class SamplingChangeTest {
    private static final Instant NOW = Instant.parse("2026-11-26T16:20:12Z");
    private static final Sampling CHANGED =
            new Sampling(
                    0.00001,
                    List.of(
                            new SamplingRule("plant/+/alarm", null, SamplingRule.ANY_QOS, 1),
                            new SamplingRule("a,b", "meter-*", 0, 0.5)),
                    7,
                    Duration.ofMillis(1500),
                    false,
                    0);

    @Test
    void parameters_and_json_say_the_same_and_placement_keeps_it() {
        SamplingChange.Outcome parameters =
                SamplingChange.read(
                        Map.of(
                                "ratio", List.of("0.5", "0.00001"),
                                "rule",
                                        List.of(
                                                "topic=plant/+/alarm ratio=1",
                                                "topic=a,b client=meter-* qos=0 ratio=0.5"),
                                "max-per-second", List.of("7"),
                                "keep-slow", List.of("1500ms"),
                                "keep-failed", List.of("false"),
                                "max-kept-per-second", List.of("0"),
                                "why", List.of("a test")));
        SamplingChange.Outcome json =
                SamplingChange.read(
                        """
                        {"ratio": 1e-5, "max-per-second": 7, "keep-slow": "1500ms",
                         "rules": ["topic=plant/+/alarm ratio=1",
                                   "topic=a,b client=meter-* qos=0 ratio=0.5"],
                         "keep-failed": false, "max-kept-per-second": 0, "why": "a test"}
                        """);
        assertThat(parameters).isInstanceOf(SamplingChange.Outcome.Read.class).isEqualTo(json);
        SamplingChange change = ((SamplingChange.Outcome.Read) json).change();
        assertThat(change.why()).isEqualTo("a test");
        SamplingDocument made = SamplingDocument.NONE.with(change, NOW);
        assertThat(made.over(Sampling.DEFAULTS)).isEqualTo(CHANGED);
        assertThat(SamplingDocument.read(kept(made.content())))
                .isEqualTo(new SamplingDocument.Outcome.Read(made));
        assertThat(new String(made.content().bytes(), StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        {"ratio":0.00001,"rules":["topic=plant/+/alarm ratio=1",\
                        "topic=a,b client=meter-* qos=0 ratio=0.5"],"max-per-second":7,\
                        "keep-slow":"1500ms","keep-failed":false,"max-kept-per-second":0,\
                        "at":"2026-11-26T16:20:12Z"}
                        """);
    }

    @Test
    void a_document_may_say_little_and_need_not_say_when() {
        Sampling configured = Sampling.DEFAULTS;
        SamplingDocument document =
                ((SamplingDocument.Outcome.Read)
                                SamplingDocument.read(kept(content("{\"ratio\":1}"))))
                        .document();
        assertThat(document.at()).isNull();
        assertThat(document.over(configured))
                .isEqualTo(
                        new Sampling(
                                1,
                                configured.rules(),
                                configured.maxPerSecond(),
                                configured.keepSlow(),
                                configured.keepFailed(),
                                configured.maxKeptPerSecond()));
        assertThat(SamplingDocument.NONE.over(configured)).isEqualTo(configured);
    }

    @ParameterizedTest
    @CsvSource({
        "ratio, 1.5, 'ratio must be a number from 0.0 to 1.0; was \"1.5\"'",
        "ratio, '', 'ratio must be a number from 0.0 to 1.0; was \"\"'",
        "keep-slow, 2h, 'keep-slow must be a duration from 0s to 1h, a whole number with ms, s, m, h or d; was \"2h\"'",
        "keep-failed, yes, 'keep-failed must be true or false; was \"yes\"'",
        "max-per-second, -1, 'max-per-second must be a whole number from 0 to 1000000; was \"-1\"'",
        "rulse, x, 'no parameter rulse, there is ratio, rules, max-per-second, keep-slow, keep-failed, max-kept-per-second, rule, why'",
        "why, x, 'needs one of ratio, rules, max-per-second, keep-slow, keep-failed, max-kept-per-second'"
    })
    void what_is_wrong_names_the_field_what_is_allowed_and_what_it_was(
            String name, String value, String line) {
        assertThat(SamplingChange.read(Map.of(name, List.of(value))))
                .isEqualTo(new SamplingChange.Outcome.Wrong(line));
    }

    @Test
    void of_rules_the_one_that_is_wrong_is_named() {
        assertThat(wrong(Map.of("rule", List.of("ratio=1", "qos=9 ratio=1"))))
                .startsWith("rules must be a list of at most 64 rules, each topic=FILTER")
                .endsWith("; was \"qos=9 ratio=1\"");
        assertThat(wrong(Map.of("rule", Collections.nCopies(65, "ratio=1"))))
                .endsWith("; was 65 rules");
        assertThat(wrong(Map.of("rule", List.of("ratio=1"), "rules", List.of("ratio=1"))))
                .isEqualTo("either rules or rule, was both");
    }

    private static String wrong(Map<String, List<String>> parameters) {
        return line(SamplingChange.read(parameters));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "ratio=1 | the body must be one JSON object, was no JSON",
                "[1] | the body must be one JSON object, was [1]",
                "{\"ratio\":\"1\"} | ratio must be a number from 0.0 to 1.0; was \"1\"",
                "{\"max-per-second\":1.5} | max-per-second must be a whole number from 0 to 1000000; was 1.5",
                "{\"ratio\":1,\"at\":\"now\"} | no parameter at, there is ratio, rules, max-per-second, keep-slow, keep-failed, max-kept-per-second, rule, why",
                "{\"ratio\":1,\"why\":7} | why must be a text, was 7"
            })
    void json_is_held_to_its_types(String body, String line) {
        assertThat(line(SamplingChange.read(body))).isEqualTo(line);
    }

    @Test
    void rules_in_json_are_a_list_of_texts() {
        for (String rules : List.of("\"ratio=1\"", "[1]", "[\"ratio=7\"]", "{}")) {
            assertThat(line(SamplingChange.read("{\"rules\":" + rules + "}")))
                    .startsWith("rules must be a list")
                    .endsWith("; was " + rules);
        }
    }

    @Test
    void a_reason_has_an_end() {
        String why = "x".repeat(Document.MAX_WHY + 1);
        assertThat(line(SamplingChange.reset(why)))
                .isEqualTo("why must have at most 1024 characters, was 1025");
    }

    private static String line(SamplingChange.Outcome outcome) {
        return switch (outcome) {
            case SamplingChange.Outcome.Wrong(String line) -> line;
            case SamplingChange.Outcome.Read read -> throw new AssertionError(read);
        };
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Document kept(Content content) {
        return new Document(
                DocumentKind.CONFIG,
                SamplingDocument.NAME,
                content,
                7,
                7,
                new Author("node-1", Admin.NODE),
                "");
    }
}
