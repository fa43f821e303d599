package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LauncherTest {
    @Test
    void the_launcher_starts_the_jvm_with_the_flags_that_the_tests_run_with() throws IOException {
        assertThat(between("bin/robustmq", "jvm_flags=\\(", "\\)"))
                .isNotEmpty()
                .isEqualTo(between("pom.xml", "<jvm.flags>", "</jvm.flags>"));
    }

    @Test
    void the_launcher_starts_the_jar_of_this_version() throws IOException {
        assertThat(Files.readString(Repository.root().resolve("bin/robustmq")))
                .contains("/server-" + BuildVersion.text() + ".jar");
    }

    private static List<String> between(String file, String begin, String end) throws IOException {
        String text = Files.readString(Repository.root().resolve(file));
        Matcher found = Pattern.compile(begin + "(.*?)" + end, Pattern.DOTALL).matcher(text);
        assertThat(found.find()).as("%s has %s", file, begin).isTrue();
        return List.of(found.group(1).strip().split("\\s+"));
    }
}
