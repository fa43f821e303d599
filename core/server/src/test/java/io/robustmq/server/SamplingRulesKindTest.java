package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.pipeline.SamplingRule;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How rules of sampling are written. */
class SamplingRulesKindTest {
    private final ValueKind kind = new SamplingRulesKind();

    @Test
    void rules_keep_their_order() {
        SamplingRule first = new SamplingRule("a/+", null, 1, 1);
        SamplingRule second = new SamplingRule(null, "meter-*", SamplingRule.ANY_QOS, 0.5);
        assertThat(kind.readText("topic=a/+ qos=1 ratio=1,client=meter-* ratio=0.5"))
                .isEqualTo(List.of(first, second));
        assertThat(kind.readText("")).isEqualTo(List.of());
        assertThat(kind.readText("[]")).isEqualTo(List.of());
    }

    @Test
    void one_that_is_wrong_or_one_too_many_is_refused() {
        assertThat(kind.readText("ratio=1,")).isNull();
        assertThat(kind.readText("ratio=1,topic=a")).isNull();
        assertThat(kind.readText(String.join(",", Collections.nCopies(64, "ratio=1")))).isNotNull();
        assertThat(kind.readText(String.join(",", Collections.nCopies(65, "ratio=1")))).isNull();
        assertThat(kind.allowed()).contains("at most 64 rules", "ratio=0 to 1");
    }
}
