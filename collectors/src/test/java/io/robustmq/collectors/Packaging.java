package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Helm, and what reads files as the programs do that they are for; of {@link Part#PACKAGING}. */
final class Packaging {
    static final Path COLLECTORS = Repository.root().resolve("collectors");
    static final Path CHART = COLLECTORS.resolve("helm/robustmq");

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private Packaging() {}

    /** A program that has ended. */
    record Ended(int exitCode, List<String> out, String err) {
        /** Its output, if it had nothing to complain about. */
        List<String> fine() {
            assertThat(exitCode).as("%s%n%s", err, String.join("\n", out)).isZero();
            return out;
        }
    }

    static Ended helm(String... arguments) throws IOException, InterruptedException {
        return run(Part.PACKAGING.made().resolveSibling("helm"), arguments);
    }

    /** The chart's objects, each as Kubernetes' own types read it; nothing else may be in them. */
    static List<JsonNode> rendered(Path folder, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("template", "mq", CHART.toString()));
        command.addAll(List.of(arguments));
        Path manifests = folder.resolve("manifests.yaml");
        List<String> text = helm(command.toArray(String[]::new)).fine();
        Files.write(manifests, text);
        return objects("kubernetes", manifests);
    }

    /** What the reader for {@code kind} says of the files. */
    static List<JsonNode> objects(String kind, Path... files) throws Exception {
        List<JsonNode> objects = new ArrayList<>();
        for (String line : read(kind, files).fine()) {
            objects.add(JSON.readTree(line));
        }
        return objects;
    }

    static Ended read(String kind, Path... files) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(kind));
        for (Path file : files) {
            arguments.add(file.toString());
        }
        return run(Part.PACKAGING.made(), arguments.toArray(String[]::new));
    }

    /** A YAML file with each value as it is written. */
    static JsonNode yaml(String file) {
        try {
            return objects("yaml", COLLECTORS.resolve(file)).getFirst();
        } catch (Exception unreadable) {
            throw new AssertionError(file, unreadable);
        }
    }

    static Ended run(Path program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        try (ChildProcess process =
                ChildProcess.start(
                        program.getFileName().toString(), COLLECTORS, Map.of(), command)) {
            int exitCode = process.awaitExit(LIMIT);
            return new Ended(exitCode, process.stdout(), String.join("\n", process.stderr()));
        }
    }
}
