package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the Dockerfile puts into the image, laid out in a folder and run as the image's user, with a
 * Java that has no compiler. No container runs here.
 */
@NeedsPart(Part.PACKAGING)
final class ImageIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir Path folder;
    private JsonNode image;

    @BeforeEach
    void layOut() throws Exception {
        image =
                Packaging.objects("dockerfile", Packaging.COLLECTORS.resolve("docker/Dockerfile"))
                        .getFirst();
        for (Map.Entry<String, JsonNode> copy : image.path("copies").properties()) {
            for (JsonNode source : copy.getValue()) {
                copy(source.asText(), copy.getKey());
            }
        }
    }

    /** What is copied from the first stage is this build. */
    private void copy(String source, String destination) throws IOException {
        Path from = Repository.root().resolve(source.replaceFirst("^/src/", ""));
        Path to = Files.createDirectories(inImage(destination));
        if (!Files.isDirectory(from)) {
            Files.copy(from, to.resolve(from.getFileName()));
            return;
        }
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private Path inImage(String path) {
        return folder.resolve("image").resolve(path.substring(1));
    }

    private List<String> command(String what) {
        List<String> command = new ArrayList<>();
        image.path(what)
                .forEach(word ->
                        command.add(
                                word.asText().startsWith("/")
                                        ? inImage(word.asText()).toString()
                                        : word.asText()));
        return command;
    }

    @Test
    void it_starts_as_a_user_who_may_write_nothing_but_the_data_and_says_that_it_lives()
            throws Exception {
        assertThat(image.path("user").asText()).matches("[1-9][0-9]*:[1-9][0-9]*");
        assertThat(image.path("from").asText()).startsWith("eclipse-temurin:25.").contains("-jre-");
        assertThat(image.path("volumes").get(0).asText())
                .isEqualTo(image.path("workingDir").asText());
        Path data = Files.createDirectories(inImage(image.path("workingDir").asText()));
        String http = "127.0.0.1:" + FreePorts.one();
        Map<String, String> environment = new TreeMap<>();
        environment.put("JAVA_HOME", aJre().toString());
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("ROBUSTMQ_HTTP__LISTEN", http);
        environment.put("ROBUSTMQ_MQTT__LISTEN", "127.0.0.1:" + FreePorts.one());
        for (String off : List.of("TLS", "WS", "WSS", "QUIC")) {
            environment.put("ROBUSTMQ_MQTT__" + off + "__LISTEN", "");
        }
        List<String> command = new ArrayList<>(asUser(data));
        command.addAll(command("entrypoint"));
        command.addAll(command("command"));
        List<String> healthcheck = command("healthcheck");
        assertThat(healthcheck.removeFirst()).isEqualTo("CMD");

        assertThat(ended(healthcheck, data, environment)).as("before it runs").isNotZero();
        try (ChildProcess node = ChildProcess.start("robustmq", data, environment, command)) {
            Await.until(
                    "the health check is content",
                    LIMIT,
                    () -> {
                        assertThat(node.isAlive()).as("%s", node.stderr()).isTrue();
                        return ended(healthcheck, data, environment) == 0
                                ? Optional.of(true)
                                : Optional.empty();
                    },
                    () -> node.stderr().toString());
        }
        assertThat(data.resolve("robust-data/admin-token")).exists();
        assertThat(inImage("/opt/robustmq/core/server/target/dist"))
                .isDirectoryNotContaining("glob:**.aot");
    }

    private static int ended(List<String> command, Path folder, Map<String, String> environment)
            throws Exception {
        try (ChildProcess process = ChildProcess.start("health", folder, environment, command)) {
            return process.awaitExit(LIMIT);
        }
    }

    /** Java without what makes it a JDK. */
    private Path aJre() throws IOException {
        Path java = Path.of(System.getProperty("java.home"));
        Path jre = folder.resolve("jre");
        Files.createDirectories(jre.resolve("bin"));
        Files.createSymbolicLink(jre.resolve("bin/java"), java.resolve("bin/java"));
        Files.createSymbolicLink(jre.resolve("release"), java.resolve("release"));
        return jre;
    }

    /** Only root can become somebody else. */
    private List<String> asUser(Path data) throws Exception {
        String[] ids = image.path("user").asText().split(":");
        if (!System.getProperty("user.name").equals("root")) {
            return List.of();
        }
        for (Path each = data; each != null && each.startsWith(folder); each = each.getParent()) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.setAttribute(data, "unix:uid", Integer.parseInt(ids[0]));
        return List.of(
                "setpriv",
                "--reuid=" + ids[0],
                "--regid=" + ids[1],
                "--clear-groups",
                "--no-new-privs");
    }
}
