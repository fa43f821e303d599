package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordFileTest {
    /** Made by mosquitto_passwd 2.0 of user "ann", password "secret". */
    static final String ANN =
            "ann:$7$101$YAr3Cm2msHMUQqIO$7pAZs+mKzuD0ktwDwTzGRQhdnVOhxVbq"
                    + "LscxUPolg/nv6HH2VrIZN0FBIcqVgW1Qds1biaYImWlqYg6yzN/Dng==";

    @TempDir Path folder;

    @Test
    void what_mosquitto_wrote_is_understood() throws IOException {
        PasswordHash hash = Objects.requireNonNull(users(ANN).get("ann"));
        assertThat(hash.matches(utf8("secret"))).isTrue();
        assertThat(hash.matches(utf8("Secret"))).isFalse();
        assertThat(hash.matches(utf8(""))).isFalse();
    }

    @Test
    @NeedsPart(Part.MOSQUITTO)
    void what_the_installed_mosquitto_writes_is_understood() throws Exception {
        Path file = folder.resolve("passwords");
        String odd =
                "pässwörd $7$ with spaces and more than one hundred and twenty-eight bytes "
                        .concat("x".repeat(80));
        mosquittoPasswd("-c", "-b", file.toString(), "ann", "secret");
        mosquittoPasswd("-b", file.toString(), "bob", odd);
        Users users = users(Files.readString(file));
        assertThat(users.count()).isEqualTo(2);
        assertThat(users.get("ann")).matches(hash -> hash.matches(utf8("secret")));
        assertThat(users.get("bob")).matches(hash -> hash.matches(utf8(odd)));
        assertThat(users.get("bob")).matches(hash -> !hash.matches(utf8("secret")));
    }

    @Test
    void comments_and_empty_lines_are_left_out() throws IOException {
        Users users = users("# users\n\n" + ANN + "\n");
        assertThat(users.count()).isEqualTo(1);
        assertThat(users.get("ann")).isNotNull();
    }

    @Test
    void every_wrong_line_is_told_without_showing_it() throws IOException {
        String text =
                String.join(
                        "\n",
                        "no-colon",
                        "bob:plain-password",
                        "cat:$6$c2FsdA==$aGFzaA==",
                        "dan:$7$0$c2FsdA==$aGFzaA==",
                        "eve:$7$101$!!!$aGFzaA==",
                        ANN,
                        ANN);
        assertThat(problems(text))
                .extracting(ConfigProblem::line)
                .satisfiesExactly(
                        line -> assertThat(line).contains(":1: must be name:hash"),
                        line -> assertThat(line).contains(":2: the hash of bob must be $7$"),
                        line -> assertThat(line).contains(":3: the hash of cat must be $7$"),
                        line -> assertThat(line).contains(":4: the hash of dan must be $7$"),
                        line -> assertThat(line).contains(":5: the hash of eve must be $7$"),
                        line -> assertThat(line).endsWith(":7: ann is there twice"))
                .noneMatch(line -> line.contains("plain-password"));
    }

    @Test
    void what_we_write_is_understood_and_another_one_each_time() throws IOException {
        RandomGenerator random = new SplittableRandom(1);
        PasswordHash one = PasswordHash.of(utf8("pässwörd"), 1000, random);
        PasswordHash two = PasswordHash.of(utf8("pässwörd"), 1000, random);
        assertThat(one.text()).startsWith("$7$1000$").isNotEqualTo(two.text());
        assertThat(users("ann:" + one.text()).get("ann"))
                .matches(hash -> hash.matches(utf8("pässwörd")))
                .matches(hash -> !hash.matches(utf8("password")));
    }

    private Users users(String text) {
        return switch (read(text)) {
            case PasswordFile.Loaded(Users users) -> users;
            case PasswordFile.Wrong wrong -> throw new AssertionError(wrong);
        };
    }

    private List<ConfigProblem> problems(String text) {
        return switch (read(text)) {
            case PasswordFile.Loaded loaded -> List.of();
            case PasswordFile.Wrong(List<ConfigProblem> problems) -> problems;
        };
    }

    private PasswordFile.Outcome read(String text) {
        return PasswordFile.parse(folder.resolve("passwords"), text.lines().toList());
    }

    private void mosquittoPasswd(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addFirst(Part.MOSQUITTO.program("mosquitto_passwd").toString());
        try (ChildProcess passwd =
                ChildProcess.start("mosquitto_passwd", folder, Map.of(), command)) {
            assertThat(passwd.awaitExit(Duration.ofSeconds(20))).isZero();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
