package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.server.CommandLine.ConfigCheck;
import io.robustmq.server.CommandLine.Help;
import io.robustmq.server.CommandLine.Options;
import io.robustmq.server.CommandLine.Start;
import io.robustmq.server.CommandLine.Version;
import io.robustmq.server.CommandLine.Wrong;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {
    @Test
    void options_are_taken_in_both_ways_of_writing_and_in_order() {
        assertThat(CommandLine.parse("standalone", "--set", "a=1", "--conf=x.toml", "--set=b=2=3"))
                .isEqualTo(new Start("standalone", new Options("x.toml", List.of("a=1", "b=2=3"))));
        assertThat(CommandLine.parse("config", "check", "--conf", "x.toml"))
                .isEqualTo(new ConfigCheck("standalone", new Options("x.toml", List.of())));
    }

    @Test
    void each_role_is_a_command_and_its_configuration_can_be_checked() {
        Options none = new Options(null, List.of());
        assertThat(CommandLine.parse("journal-server"))
                .isEqualTo(new Start("journal-server", none));
        assertThat(CommandLine.parse("config", "check", "--role=journal-server"))
                .isEqualTo(new ConfigCheck("journal-server", none));
    }

    @Test
    void help_and_version_have_their_usual_names() {
        assertThat(CommandLine.parse("help")).isEqualTo(new Help());
        assertThat(CommandLine.parse("--help")).isEqualTo(new Help());
        assertThat(CommandLine.parse("standalone", "--help")).isEqualTo(new Help());
        assertThat(CommandLine.parse("--version")).isEqualTo(new Version());
    }

    @ParameterizedTest
    @CsvSource({
        "'', no command: try robustmq help",
        "standalnoe, 'unknown command standalnoe, did you mean standalone?'",
        "frobnicate, unknown command frobnicate: try robustmq help",
        "config, config needs a command: robustmq config check",
        "standalone --config=x, unknown option --config=x: try robustmq help",
        "standalone x, unexpected argument x: try robustmq help",
        "standalone --conf, '--conf needs a file: --conf=FILE'",
        "standalone --set, '--set needs a value: --set key=value'",
        "standalone --set a, '--set must be --set key=value, was --set a'",
        "standalone --role=standalone, 'unknown option --role=standalone: try robustmq help'",
        "config check --role, '--role needs a role: --role=standalone|placement-center|mqtt-server|journal-server'",
        "config check --role=x, '--role must be standalone or placement-center or mqtt-server or journal-server, was x'",
        "journal-sever, 'unknown command journal-sever, did you mean journal-server?'",
        "explain, 'explain needs a subject: robustmq explain client ID, robustmq explain message TRACE, or robustmq explain message --topic TOPIC'",
        "explain client, 'explain needs a subject: robustmq explain client ID, robustmq explain message TRACE, or robustmq explain message --topic TOPIC'",
        "explain client a b, unexpected argument b: try robustmq help",
        "explain client a --what, unknown option --what: try robustmq help",
        "explain client a --client-id=b, '--client-id is for explain message: who waits for it'",
        "explain client a --color=red, '--color must be auto, always or never, was red'",
        "version now, unexpected argument now: try robustmq help"
    })
    void what_is_not_understood_is_told_in_one_line(String line, String told) {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
        assertThat(CommandLine.parse(arguments)).isEqualTo(new Wrong(told));
    }
}
