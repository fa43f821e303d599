package io.robustmq.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No dependency comes in without a line that says why. */
final class DependenciesPageTest {
    private static final Pattern DEPENDENCY =
            Pattern.compile(
                    "<dependency><groupId>([^<]+)</groupId><artifactId>([^<]+)</artifactId>");

    @Test
    void each_dependency_has_its_line() throws IOException {
        Path root = Repository.root();
        String page = Files.readString(root.resolve("docs/dependencies.md"));

        Set<String> used = used(root);

        assertThat(used).contains("netty-buffer", "hazelcast");
        assertThat(used.stream().filter(artifact -> !page.contains('`' + artifact + '`')))
                .isEmpty();
    }

    private static Set<String> used(Path root) throws IOException {
        Set<String> artifacts = new TreeSet<>();
        try (Stream<Path> files = Files.walk(root, 3)) {
            for (Path pom : files.filter(f -> f.endsWith("pom.xml")).toList()) {
                String text = Files.readString(pom);
                // what is managed is not used yet
                String used =
                        text.replaceAll("(?s)<dependencyManagement>.*</dependencyManagement>", "");
                Matcher matcher = DEPENDENCY.matcher(used);
                while (matcher.find()) {
                    if (!matcher.group(1).equals("io.robustmq")) {
                        artifacts.add(matcher.group(2));
                    }
                }
            }
        }
        return artifacts;
    }
}
