package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.ClientClassRule;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MetricsKeysTest {
    private static ConfigOutcome<StandaloneConfig> read(String... settings) {
        return ConfigReader.read(StandaloneKeys.ROLE, null, Map.of(), List.of(settings));
    }

    private static String problems(ConfigOutcome<StandaloneConfig> outcome) {
        return switch (outcome) {
            case ConfigOutcome.Wrong<StandaloneConfig> wrong -> wrong.problems().toString();
            case ConfigOutcome.Loaded<StandaloneConfig> loaded -> "";
        };
    }

    private static String rules(int many, String form) {
        return IntStream.range(0, many)
                .mapToObj(i -> form.replace("N", "" + i))
                .collect(Collectors.joining(";", "metrics.client-classes=", ""));
    }

    @Test
    void rules_become_classes_in_their_order() {
        ConfigOutcome<StandaloneConfig> outcome =
                read("metrics.client-classes=client=a-* user=b class=x;listener=ws class=y");
        StandaloneConfig config = ((ConfigOutcome.Loaded<StandaloneConfig>) outcome).config();
        assertThat(MetricsKeys.classes(config.metrics().clientClasses()).names())
                .containsExactly("other", "x", "y");
    }

    @Test
    void a_rule_that_is_none_is_named_with_what_is_allowed() {
        assertThat(problems(read("metrics.client-classes=client=a class=x;client=b class=Y")))
                .contains("\"client=b class=Y\" must be " + ClientClassRule.FORM)
                .doesNotContain("client=a class=x\" must");
        assertThat(problems(read("metrics.client-classes=class=overflow"))).contains("overflow");
    }

    @Test
    void rules_and_classes_are_bounded() {
        assertThat(problems(read(rules(32, "client=cN class=x")))).isEmpty();
        assertThat(problems(read(rules(33, "client=cN class=x")))).contains("at most 32 rules");
        assertThat(problems(read(rules(16, "client=c class=xN")))).isEmpty();
        assertThat(problems(read(rules(17, "client=c class=xN"))))
                .contains("at most 16 different classes, had 17");
    }

    @Test
    void the_most_series_are_bounded_too() {
        assertThat(problems(read("metrics.max-series=10"))).isEmpty();
        assertThat(problems(read("metrics.max-series=9"))).contains("metrics.max-series");
        assertThat(problems(read("metrics.max-series=100001"))).contains("metrics.max-series");
    }
}
