package io.robustmq.server;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the user asked for. */
sealed interface CommandLine {
    /**
     * @param conf as written, null if not given
     * @param assignments {@code key=value} each, in order
     */
    record Options(@Nullable String conf, List<String> assignments) {}

    /**
     * @param role one of {@link ConfigRole#all}
     */
    record Start(String role, Options options) implements CommandLine {}

    /**
     * @param role one of {@link ConfigRole#all}
     */
    record ConfigCheck(String role, Options options) implements CommandLine {}

    record JournalTool(JournalArguments arguments) implements CommandLine {}

    record ShowEvents(EventsArguments arguments) implements CommandLine {}

    record Administer(AdminArguments arguments) implements CommandLine {}

    record Explain(ExplainArguments arguments) implements CommandLine {}

    record ManageUsers(UsersArguments arguments) implements CommandLine {}

    record Cluster(ClusterArguments arguments) implements CommandLine {}

    record Version() implements CommandLine {}

    record Help() implements CommandLine {}

    /**
     * @param line what is wrong, for people
     */
    record Wrong(String line) implements CommandLine {}

    String USAGE =
            """
            RobustMQ, an MQTT broker that explains itself.

              robustmq standalone [--conf=FILE] [--set KEY=VALUE]...
                    starts placement, journal and broker in one process; data in ./robust-data
              robustmq placement-center [--conf=FILE] [--set KEY=VALUE]...
                    starts a placement center alone; data in ./robust-data-placement
              robustmq mqtt-server [--conf=FILE] [--set KEY=VALUE]...
                    starts one of several brokers, whose placement centers and journal servers are
                    other processes; data in ./robust-data-mqtt
              robustmq journal-server [--conf=FILE] [--set KEY=VALUE]...
                    starts a journal server, alone or in a cluster; data in ./robust-data-journal
              robustmq cluster dev [--nodes 1|3|5] [--data=DIR] [--mqtt-port PORT] [--port-base PORT]
                    starts a whole cluster on this machine to try, 3 nodes of each role unless said,
                    each a process; brokers from port 1883 on, the rest from 19000 on; data in
                    ./robust-data-cluster. Ctrl-C stops it
              robustmq cluster status [--json]
                    who there is in a cluster, what is served by whom, and what is not as it should
                    be: exit code 1 then. This and the following ask the placement centers of
                    [--server HOST:PORT]..., else of the configuration ([--role=ROLE] [--conf=FILE]
                    [--set KEY=VALUE]; ROLE is placement-center), which also has the TLS files, unless
                    --tls-certificate-file, --tls-key-file and --tls-ca-file say them
              robustmq cluster add|remove|replace NAME [--why TEXT] [--yes]
                    changes which placement centers agree: tells what it would do and what may go
                    wrong, and does nothing without --yes
              robustmq cluster drain NODE [--why TEXT] [--yes] [--wait]
              robustmq cluster undrain NODE [--why TEXT] [--yes]
                    has a journal server emptied, so that it may be stopped; or used again
              robustmq cluster users list|add NAME|passwd NAME|remove NAME [--why TEXT]
                    [--password-stdin] [--iterations N]
              robustmq cluster acl show|set FILE|remove [--why TEXT]
                    who may connect and what they may do, on all brokers with cluster.access placement
              robustmq cluster schemas list|show NAME|put NAME FILE|remove NAME [--why TEXT] [--yes]
                    what payloads must be that are published to some topics, on all brokers
              robustmq cluster backup FILE [--force]
                    writes all that is agreed to a file that is the owner's alone. Messages are not
                    in it: they are in the journal servers
              robustmq cluster restore FILE [--only KIND,...] [--why TEXT] [--force] [--yes]
                    tells what of a backup would be created, changed and removed; does it with --yes.
                    KIND is user, acl, schema, config, shard, segment
              robustmq config check [--role=ROLE] [--conf=FILE] [--set KEY=VALUE]...
                    reads the configuration of standalone, or of ROLE, and lists every problem
              robustmq events [--event GLOB]... [--level LEVEL] [--client-id ID] [--topic TOPIC]
                    [--connection ID] [--address ADDRESS] [--trace ID] [--since TIME] [--until TIME]
                    [--limit N] [--follow] [--format table|json|logfmt] [--color auto|always|never]
                    the newest events of the running node, 100 unless N says otherwise, oldest
                    first; --follow shows those that come. GLOB is a name such as connection.*,
                    TOPIC may have + and #, TIME is absolute or ago: 90s, 10m, 2h, 7d. Of the node
                    that the configuration describes ([--role=ROLE] [--conf=FILE] [--set KEY=VALUE]),
                    or [--url=URL] [--token-file=FILE]; with --data=DIR, or if none runs, from files
              robustmq levels [CATEGORY LEVEL] [--for TIME] [--json]
                    shows, or changes, from which level up the running node takes events: debug,
                    info, warn, error, or default; CATEGORY is what stands before the dot of an
                    event, or all. After TIME the level before returns. Node as for events
              robustmq trace client ID|topic FILTER|address ADDRESS [--for TIME] [--rate N] [--json]
                    has the running node take every event about it for TIME, 10m unless said, at
                    most N per second, 100 unless said; robustmq events shows them
              robustmq trace list|stop ID [--json]
                    shows what is traced and how many events that were, or ends one
              robustmq sampling [show] [--json]
              robustmq sampling set NAME=VALUE... [--why TEXT] [--json]
              robustmq sampling reset [--why TEXT] [--json]
                    which traces the brokers record, all of the cluster: NAME is ratio, max-per-second,
                    keep-slow, keep-failed or max-kept-per-second, as below tracing in the
                    configuration, or rule, as often as there are rules; VALUE default is the
                    configuration's. It stays until reset. Node as for events; one with a broker
              robustmq bans [list] [--json]
              robustmq bans add client ID|address ADDRESS [--for TIME] [--reason TEXT] [--json]
              robustmq bans lift client ID|address ADDRESS [--json]
                    who may not connect for a while: because they connected too often
                    (mqtt.flapping), or because you say so, for 1h unless TIME says otherwise
              robustmq slow [--json]
                    the subscriptions whose messages take longest to arrive, see
                    mqtt.slow-subscriptions
              robustmq explain client ID [--since TIME] [--json] [--color auto|always|never]
                    why a client disconnected and what it did not get: from its events and the
                    node's, in a few sentences, with what is not known; the node as for events
              robustmq explain message TRACE [--client-id ID] [--json]
              robustmq explain message --topic TOPIC [--since TIME] [--client-id ID] [--json]
                    who got a message, or those on a topic, and who did not, and why; --client-id
                    is one who waits for it
              robustmq users add NAME|passwd NAME|remove NAME [--password-stdin] [--iterations N]
                    changes who may connect; the password is asked for, or the first line of
                    standard input. A running node picks it up within seconds
              robustmq users list|check [NAME]
                    who is in the file; what is wrong with it, or whether a password is NAME's.
                    The file is --file=FILE or mqtt.password-file ([--conf=FILE] [--set KEY=VALUE])
              robustmq reload
                    has the running node read its password file and ACL file now. Node as for
                    events
              robustmq journal inspect DIR [--shard=NAME] [--records=N] [--json]
                    what the files of a journal hold; DIR is the journal's folder or the data
                    directory, which no process may have open
              robustmq journal verify DIR [--shard=NAME] [--json]
                    checks all of it and says what is wrong and what to do; exit code 1 if anything
              robustmq journal repair DIR [--shard=NAME] [--json] [--yes]
                    mends what can be mended without losing a record; changes nothing without --yes
              robustmq version
              robustmq help

            FILE is config/standalone.toml (config/ROLE.toml) if there is one; all keys have defaults. A
            key can also be set by the environment: mqtt.listen is ROBUSTMQ_MQTT__LISTEN. --set wins
            over it.
            docs/reference/configuration.md lists the keys.
            """;

    static CommandLine parse(String... args) {
        if (args.length == 0) {
            return new Wrong("no command: try robustmq help");
        }
        List<String> rest = new ArrayList<>(List.of(args));
        return switch (rest.removeFirst()) {
            case String role when roles().contains(role) -> withOptions(rest, role, false);
            case "config" ->
                    !rest.isEmpty() && rest.removeFirst().equals("check")
                            ? withOptions(rest, "standalone", true)
                            : new Wrong("config needs a command: robustmq config check");
            case "events" -> EventsArguments.parse(rest, Instant.now(), ZoneId.systemDefault());
            case "levels" -> AdminArguments.levels(rest);
            case "trace" -> AdminArguments.trace(rest);
            case "sampling" -> AdminArguments.sampling(rest);
            case "slow" -> AdminArguments.slow(rest);
            case "bans" -> AdminArguments.bans(rest);
            case "explain" -> ExplainArguments.parse(rest, Instant.now(), ZoneId.systemDefault());
            case "reload" -> AdminArguments.reload(rest);
            case "users" -> UsersArguments.parse(rest);
            case "journal" -> JournalArguments.parse(rest);
            case "cluster" -> ClusterArguments.parse(rest);
            case "version", "--version" ->
                    rest.isEmpty() ? new Version() : unexpected(rest.getFirst());
            case "help", "--help", "-h" -> new Help();
            case String unknown -> {
                List<String> commands = new ArrayList<>(roles());
                commands.addAll(
                        List.of(
                                "config",
                                "events",
                                "explain",
                                "levels",
                                "trace",
                                "sampling",
                                "bans",
                                "slow",
                                "users",
                                "reload",
                                "journal",
                                "cluster",
                                "version",
                                "help"));
                String meant = Spelling.nearest(unknown, commands, 3);
                yield new Wrong(
                        "unknown command "
                                + unknown
                                + (meant == null
                                        ? ": try robustmq help"
                                        : ", did you mean " + meant + "?"));
            }
        };
    }

    private static CommandLine withOptions(List<String> rest, String startedRole, boolean check) {
        String role = startedRole;
        String conf = null;
        List<String> assignments = new ArrayList<>();
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (name.equals("--help") || name.equals("-h")) {
                return new Help();
            }
            boolean known = name.equals("--conf") || name.equals("--set");
            if (!known && !(check && name.equals("--role"))) {
                return unexpected(argument);
            }
            if (equals < 0 && rest.isEmpty()) {
                return new Wrong(
                        switch (name) {
                            case "--conf" -> "--conf needs a file: --conf=FILE";
                            case "--set" -> "--set needs a value: --set key=value";
                            default -> "--role needs a role: --role=" + String.join("|", roles());
                        });
            }
            String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
            if (name.equals("--conf")) {
                conf = value;
            } else if (name.equals("--role")) {
                if (!roles().contains(value)) {
                    return new Wrong(
                            "--role must be " + String.join(" or ", roles()) + ", was " + value);
                }
                role = value;
            } else if (value.indexOf('=') < 1) {
                return new Wrong("--set must be --set key=value, was --set " + value);
            } else {
                assignments.add(value);
            }
        }
        Options options = new Options(conf, List.copyOf(assignments));
        return check ? new ConfigCheck(role, options) : new Start(role, options);
    }

    private static List<String> roles() {
        return ConfigRole.all().stream().map(ConfigRole::command).toList();
    }

    static Wrong unexpected(String argument) {
        return new Wrong(
                (argument.startsWith("-") ? "unknown option " : "unexpected argument ")
                        + argument
                        + ": try robustmq help");
    }
}
