package io.robustmq.architecture;

import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.HasAnnotations;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The statements of one version of MQTT that bind a server, as {@code conformance/*.tsv} lists
 * them, and the tests whose annotations say that they show them.
 */
final class Conformance {
    private static final List<String> MODULES = List.of("protocol", "broker", "server");

    /** Every test of those modules, read once. */
    private static final JavaClasses TESTS = readTests();

    /**
     * @param keptIn the simple name of a class of ours
     * @param notApplicable why no test shows it, empty as a rule
     */
    record Statement(
            String id, String level, String keptIn, String meaning, String notApplicable) {}

    final String version;
    final List<Statement> statements;

    /** By statement, each as {@code Class.method} or {@code Class}. */
    final Map<String, TreeSet<String>> tests;

    /** Annotated, and run by nobody. */
    final List<String> noTests = new ArrayList<>();

    Conformance(String version, String annotation) throws IOException {
        this.version = version;
        this.statements = statements(version);
        this.tests = new TreeMap<>();
        for (JavaClass type : TESTS) {
            add(type, annotation, type.getSimpleName());
            for (JavaMethod method : type.getMethods()) {
                String name = type.getSimpleName() + "." + method.getName();
                if (add(method, annotation, name) && !isTest(method)) {
                    noTests.add(name);
                }
            }
        }
    }

    private boolean add(HasAnnotations<?> annotated, String annotation, String test) {
        boolean found = false;
        for (JavaAnnotation<?> each : annotated.getAnnotations()) {
            if (each.getRawType().getName().equals(annotation)) {
                found = true;
                for (String id : (String[]) each.get("value").orElseThrow()) {
                    tests.computeIfAbsent(id, key -> new TreeSet<>()).add(test);
                }
            }
        }
        return found;
    }

    private static boolean isTest(JavaMethod method) {
        return method.getAnnotations().stream()
                .anyMatch(each -> each.getRawType().getPackageName().startsWith("org.junit"));
    }

    private static JavaClasses readTests() {
        List<Path> folders =
                MODULES.stream()
                        .map(module ->
                                Repository.root()
                                        .resolve("core/" + module + "/target/test-classes"))
                        .toList();
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                throw new IllegalStateException(folder + " is missing: build with -am");
            }
        }
        return new ClassFileImporter().importPaths(folders);
    }

    private static List<Statement> statements(String version) throws IOException {
        String file = "/conformance/mqtt-" + version + ".tsv";
        try (var in = Objects.requireNonNull(Conformance.class.getResourceAsStream(file), file)) {
            Stream<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
            return lines.skip(1)
                    .map(line -> line.split("\t", -1))
                    .map(f -> new Statement(f[0], f[1], f[2], f[3], f[4]))
                    .toList();
        }
    }

    /** What {@code docs/conformance.md} says of it. */
    String table() {
        StringBuilder text =
                new StringBuilder(
                        """

                        ## MQTT %s

                        | statement | level | what it says | kept in | shown by |
                        |---|---|---|---|---|
                        """
                                .formatted(version));
        for (Statement each : statements) {
            String shown =
                    each.notApplicable.isEmpty()
                            ? String.join(", ", tests.getOrDefault(each.id, new TreeSet<>()))
                            : "*not applicable:* " + each.notApplicable;
            text.append("| ")
                    .append(each.id)
                    .append(" | ")
                    .append(each.level)
                    .append(" | ")
                    .append(each.meaning)
                    .append(" | `")
                    .append(each.keptIn)
                    .append("` | ")
                    .append(shown)
                    .append(" |\n");
        }
        return text.toString();
    }
}
