package io.robustmq.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import io.robustmq.architecture.Conformance.Statement;
import io.robustmq.testkit.Mqtt3;
import io.robustmq.testkit.Mqtt5;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code docs/conformance.md} is what the annotations of the tests say. */
class ConformanceTest {
    private static final Path PAGE = Repository.root().resolve("docs/conformance.md");

    /** So many statements may be said not to apply. */
    private static final int MOST_NOT_APPLICABLE = 12;

    private static final List<Conformance> VERSIONS = versions();

    private static List<Conformance> versions() {
        try {
            return List.of(
                    new Conformance("3.1.1", Mqtt3.class.getName()),
                    new Conformance("5.0", Mqtt5.class.getName()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static List<Conformance> each() {
        return VERSIONS;
    }

    @ParameterizedTest
    @MethodSource("each")
    void every_statement_is_shown_by_a_test_or_has_a_reason_why_not(Conformance of) {
        assertThat(of.statements)
                .isNotEmpty()
                .allSatisfy(statement ->
                        assertThat(of.tests.containsKey(statement.id()))
                                .as("%s of MQTT %s has a test", statement.id(), of.version)
                                .isEqualTo(statement.notApplicable().isEmpty()));
    }

    @Test
    void few_statements_do_not_apply() {
        assertThat(VERSIONS.stream().flatMap(of -> of.statements.stream()))
                .filteredOn(statement -> !statement.notApplicable().isEmpty())
                .hasSizeLessThanOrEqualTo(MOST_NOT_APPLICABLE);
    }

    @ParameterizedTest
    @MethodSource("each")
    void the_classes_that_keep_them_exist(Conformance of) {
        Set<String> ours =
                ArchitectureTest.OURS.stream()
                        .map(JavaClass::getSimpleName)
                        .collect(Collectors.toSet());
        assertThat(ours).containsAll(of.statements.stream().map(Statement::keptIn).toList());
    }

    @ParameterizedTest
    @MethodSource("each")
    void only_tests_show_statements_and_only_those_that_are_listed(Conformance of) {
        Set<String> listed =
                of.statements.stream()
                        .map(Statement::id)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(listed).hasSize(of.statements.size()).containsAll(of.tests.keySet());
        assertThat(of.noTests).isEmpty();
    }

    @Test
    void the_page_says_it() throws IOException {
        StringBuilder page = new StringBuilder(Files.readString(introduction()));
        VERSIONS.forEach(of -> page.append(of.table()));
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(page.toString())
                .as(
                        "%s is made of the tests; mvn -q -Dquick -pl core/server -am test -Dtest=ConformanceTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update=true writes it",
                        PAGE)
                .isEqualTo(Files.readString(PAGE));
    }

    private static Path introduction() {
        return Repository.root()
                .resolve("core/server/src/test/resources/conformance/introduction.txt");
    }
}
