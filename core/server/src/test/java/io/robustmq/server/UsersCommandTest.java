package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsersCommandTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path file;

    @BeforeEach
    void file() {
        file = folder.resolve("passwords");
    }

    @Test
    void a_user_is_added_and_the_password_checked() throws IOException {
        assertThat(users("secret\n", "add", "ann")).isEqualTo(ExitCode.OK);
        assertThat(said()).contains("ann was added", "has 1 user");
        assertThat(Files.readString(file)).startsWith("ann:$7$10000$").doesNotContain("secret");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(users("secret\n", "check", "ann")).isEqualTo(ExitCode.OK);
        assertThat(users("Secret\n", "check", "ann")).isEqualTo(ExitCode.FOUND);
        assertThat(users("secret\n", "check", "bob")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).doesNotContain("ecret");
    }

    @Test
    void what_others_wrote_stays() throws IOException {
        Files.writeString(file, "# ours\n" + PasswordFileTest.ANN + "\n\n# the end\n");
        assertThat(users("x", "add", "bob", "--iterations=7")).isEqualTo(ExitCode.OK);
        assertThat(users("x", "add", "cat", "--iterations", "7")).isEqualTo(ExitCode.OK);
        assertThat(users("", "remove", "bob")).isEqualTo(ExitCode.OK);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines.subList(0, 4))
                .containsExactly("# ours", PasswordFileTest.ANN, "", "# the end");
        assertThat(lines.subList(4, lines.size()))
                .singleElement()
                .asString()
                .startsWith("cat:$7$7$");
    }

    @Test
    void a_password_is_changed_in_its_line() throws IOException {
        users("one", "add", "ann");
        users("two", "add", "bob");
        assertThat(users("three", "passwd", "ann")).isEqualTo(ExitCode.OK);
        assertThat(users("three", "check", "ann")).isEqualTo(ExitCode.OK);
        assertThat(users("two", "check", "bob")).isEqualTo(ExitCode.OK);
        assertThat(Files.readAllLines(file)).hasSize(2).first().asString().startsWith("ann:");
    }

    @Test
    void who_is_there_is_not_added_and_who_is_not_there_is_not_changed() throws IOException {
        users("one", "add", "ann");
        String before = Files.readString(file);
        assertThat(users("two", "add", "ann")).isEqualTo(ExitCode.FOUND);
        assertThat(users("two", "passwd", "bob")).isEqualTo(ExitCode.FOUND);
        assertThat(users("", "remove", "bob")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("ann is there already", "there is no user bob");
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void users_are_listed_and_the_file_is_checked() throws IOException {
        Files.writeString(file, PasswordFileTest.ANN + "\n");
        assertThat(users("", "list")).isEqualTo(ExitCode.OK);
        assertThat(said()).isEqualTo("ann\n");
        assertThat(users("", "check")).isEqualTo(ExitCode.OK);
        Files.writeString(file, PasswordFileTest.ANN + "\nbob:plain\n");
        assertThat(users("", "check")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(said()).contains(file + ":2: the hash of bob must be").doesNotContain("plain");
        assertThat(users("x", "add", "cat")).isEqualTo(ExitCode.CONFIGURATION);
    }

    @Test
    void a_file_that_is_there_keeps_who_may_read_it() throws IOException {
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(users("x", "add", "ann")).isEqualTo(ExitCode.OK);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void a_link_stays_a_link() throws IOException {
        Path real = Files.writeString(folder.resolve("real"), "");
        Files.createSymbolicLink(file, real);
        assertThat(users("x", "add", "ann")).isEqualTo(ExitCode.OK);
        assertThat(Files.isSymbolicLink(file)).isTrue();
        assertThat(Files.readString(real)).startsWith("ann:");
    }

    @Test
    void what_cannot_be_read_or_written_is_told() {
        assertThat(users("", "list")).isEqualTo(ExitCode.NO_INPUT);
        file = folder.resolve("none").resolve("passwords");
        assertThat(users("x", "add", "ann")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("no such file", "there is no folder");
    }

    @Test
    void without_a_terminal_a_password_must_come_by_standard_input() {
        assertThat(run("", "users", "add", "ann", "--file=" + file))
                .isEqualTo(ExitCode.INPUT_OUTPUT);
        assertThat(said()).contains("--password-stdin");
        assertThat(users("", "add", "ann")).isEqualTo(ExitCode.INPUT_OUTPUT);
        assertThat(said()).contains("the password is empty");
    }

    @Test
    void the_configuration_names_the_file_even_if_it_is_not_there_yet() {
        assertThat(
                        run(
                                "x",
                                "users",
                                "add",
                                "ann",
                                "--password-stdin",
                                "--set=mqtt.password-file=" + file))
                .isEqualTo(ExitCode.OK);
        assertThat(file).exists();
        assertThat(run("x", "users", "list")).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(said()).contains("mqtt.password-file is empty");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "users",
                "users drop",
                "users add",
                "users add ann secret",
                "users list ann",
                "users add a:b",
                "users add #a",
                "users add ann --iterations=0",
                "users add ann --password=x",
                "users add ann --file",
                "users add ann --set=x",
            })
    void what_makes_no_sense_is_told_without_repeating_a_password(String line) {
        assertThat(run("", line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(said()).startsWith("robustmq: ").doesNotContain("secret", "=x:");
        assertThat(file).doesNotExist();
    }

    private ExitCode users(String in, String verb, String... rest) {
        List<String> arguments = new ArrayList<>(List.of("users", verb));
        arguments.addAll(List.of(rest));
        arguments.add("--file=" + file);
        arguments.add("--password-stdin");
        return run(in, arguments.toArray(new String[0]));
    }

    private ExitCode run(String in, String... arguments) {
        return new Main(
                        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        folder)
                .run(arguments);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }
}
