package io.robustmq.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {
    private static final String WRONG = "io.robustmq.architecture.wrong";
    private static final Map<String, ArchRule> RULES = new Architecture("io.robustmq").rules();
    private static final Map<String, ArchRule> WRONG_RULES = new Architecture(WRONG).rules();

    /** All main code, read once: that takes seconds. */
    static final JavaClasses OURS =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.robustmq");

    private static final JavaClasses EXAMPLES = new ClassFileImporter().importPackages(WRONG);

    static Stream<String> rules() {
        return RULES.keySet().stream();
    }

    @Test
    void all_modules_are_looked_at() {
        for (String module :
                new String[] {
                    "telemetry.event.Event",
                    "telemetry.catalogue.Catalogue",
                    "telemetry.pipeline.Pipeline",
                    "protocol.PacketDecoder",
                    "journal.Journal",
                    "eventlog.EventSearch",
                    "placement.Placement",
                    "replication.Replica",
                    "broker.Broker",
                    "server.Main",
                    "testkit.RecordingEvents"
                }) {
            assertThat(OURS.contain("io.robustmq." + module)).as(module).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void our_classes_keep_the_rule_whose_breach_would_be(String rule) {
        assertThat(rule(RULES, rule).evaluate(OURS).getFailureReport().getDetails()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void the_wrong_example_breaks_its_rule(String rule) {
        EvaluationResult result = rule(WRONG_RULES, rule).evaluate(EXAMPLES);
        assertThat(result.getFailureReport().getDetails())
                .isNotEmpty()
                .allMatch(detail ->
                        detail.contains("." + rule + ".") || detail.contains("." + rule + ">"));
    }

    private static ArchRule rule(Map<String, ArchRule> rules, String name) {
        return Objects.requireNonNull(rules.get(name), name);
    }
}
