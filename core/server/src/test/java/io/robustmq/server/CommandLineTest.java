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

    @Test
    void a_command_for_a_cluster_says_which_and_what() {
        CommandLine parsed =
                CommandLine.parse(
                        "cluster",
                        "drain",
                        "js-1",
                        "--wait",
                        "--server=a:1,b:2",
                        "--server",
                        "b:2",
                        "--why=it is old");
        ClusterOrder.Drain drain = (ClusterOrder.Drain) ((CommandLine.Cluster) parsed).arguments();
        assertThat(drain)
                .isEqualTo(
                        new ClusterOrder.Drain(
                                drain.at(), "js-1", false, "it is old", false, true));
        assertThat(drain.at().servers()).containsExactly("a:1", "b:2");
        assertThat(drain.at().needsConfiguration()).isFalse();
        assertThat(drain.at().node().role()).isEqualTo("placement-center");
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
        "cluster, cluster needs a command: robustmq cluster status|add|remove|replace|drain|undrain|users|acl|schemas|backup|restore|dev",
        "cluster frob, cluster needs a command: robustmq cluster status|add|remove|replace|drain|undrain|users|acl|schemas|backup|restore|dev",
        "cluster status x, 'an argument too many: try robustmq help'",
        "cluster status --yes, unknown option --yes: try robustmq help",
        "cluster status --server, '--server needs a value: --server=VALUE'",
        "cluster status --server=here, '--server must be host:port, was here'",
        "cluster status --role=standalone, '--role must be placement-center, mqtt-server or journal-server: a standalone node is no cluster'",
        "cluster status --tls-ca-file=x, '--tls-certificate-file, --tls-key-file, --tls-ca-file go together'",
        "cluster add, 'cluster add needs a placement center: robustmq cluster add NAME'",
        "cluster remove a b, unexpected argument after a: try robustmq help",
        "cluster drain, 'cluster drain needs a journal server: robustmq cluster drain NODE'",
        "cluster undrain a --wait, unknown option --wait: try robustmq help",
        "cluster users, 'cluster users needs a command: robustmq cluster users list|add NAME|passwd NAME|remove NAME'",
        "cluster users check, 'cluster users needs a command: robustmq cluster users list|add NAME|passwd NAME|remove NAME'",
        "cluster users add, 'cluster users add needs a name: robustmq cluster users add NAME'",
        "cluster users add a secret, unexpected argument after a: try robustmq help",
        "cluster users remove a --password-stdin, unknown option --password-stdin: try robustmq help",
        "cluster users add a --iterations=0, '--iterations must be a whole number from 1 to 5000000, was 0'",
        "cluster acl, 'cluster acl needs a command: robustmq cluster acl show|set FILE|remove'",
        "cluster acl set, 'cluster acl set needs an ACL file: robustmq cluster acl set FILE'",
        "cluster schemas, 'cluster schemas needs a command: robustmq cluster schemas list|show NAME|put NAME FILE|remove NAME'",
        "cluster schemas set, 'cluster schemas needs a command: robustmq cluster schemas list|show NAME|put NAME FILE|remove NAME'",
        "cluster schemas show, 'cluster schemas show needs a name: robustmq cluster schemas show NAME'",
        "cluster schemas put a, 'cluster schemas put needs a name and a schema file: robustmq cluster schemas put NAME FILE'",
        "cluster schemas remove a b, unexpected argument after a: try robustmq help",
        "cluster schemas list --yes, unknown option --yes: try robustmq help",
        "cluster backup, 'cluster backup needs a file to write: robustmq cluster backup FILE'",
        "cluster restore x --only=user:y, '--only must be of shard,segment,user,acl,schema,config, was user:y'",
        "version now, unexpected argument now: try robustmq help"
    })
    void what_is_not_understood_is_told_in_one_line(String line, String told) {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
        assertThat(CommandLine.parse(arguments)).isEqualTo(new Wrong(told));
    }
}
