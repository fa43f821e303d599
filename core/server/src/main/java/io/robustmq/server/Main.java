package io.robustmq.server;

import io.robustmq.eventlog.EventLines;
import io.robustmq.telemetry.pipeline.NodeIdentity;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The process. Prints what a person at the terminal needs to know at once: what listens where, or
 * in one line why the start failed. All else is told by events.
 */
public final class Main {
    /** Where bin/robustmq lives, set by it; the configuration file is looked for below it. */
    private static final String HOME_PROPERTY = "robustmq.home";

    /** Set by bin/robustmq while it records what a start needs, for the JVM's AOT cache. */
    private static final String STOP_PROPERTY = "robustmq.stop-when-ready";

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final Path home;

    Main(PrintStream out, PrintStream err, Map<String, String> environment, Path home) {
        this(InputStream.nullInputStream(), out, err, environment, home);
    }

    Main(
            InputStream in,
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            Path home) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.home = home;
    }

    public static void main(String[] args) {
        Path home = Path.of(System.getProperty(HOME_PROPERTY, "."));
        ExitCode code =
                new Main(System.in, System.out, System.err, System.getenv(), home).run(args);
        System.exit(code.number());
    }

    /** Returns when the command is done; a role only if it could not start or is not to stay. */
    ExitCode run(String... args) {
        return switch (CommandLine.parse(args)) {
            case CommandLine.Start(String role, CommandLine.Options options) ->
                    start(role, options);
            case CommandLine.ConfigCheck(String role, CommandLine.Options options) ->
                    check(role(role), options);
            case CommandLine.JournalTool(JournalArguments arguments) ->
                    new JournalTool(arguments, out, err).run();
            case CommandLine.ShowEvents(EventsArguments arguments) ->
                    withNode(
                            arguments.node(),
                            target ->
                                    new EventsCommand(arguments, target, lines(arguments), out, err)
                                            .run());
            case CommandLine.Administer(AdminArguments arguments) ->
                    withNode(
                            arguments.node(),
                            target -> new AdminCommand(arguments, target, out, err).run());
            case CommandLine.Explain(ExplainArguments arguments) ->
                    withNode(
                            arguments.node(),
                            target ->
                                    new ExplainCommand(
                                                    arguments,
                                                    target,
                                                    isColoured(arguments.colours()),
                                                    out,
                                                    err,
                                                    InstantSource.system())
                                            .run());
            case CommandLine.ManageUsers(UsersArguments arguments) -> users(arguments);
            case CommandLine.Cluster(ClusterArguments what) -> cluster(what);
            case CommandLine.Version() -> {
                out.println("RobustMQ " + BuildVersion.text() + " on Java " + Runtime.version());
                yield ExitCode.OK;
            }
            case CommandLine.Help() -> {
                out.print(CommandLine.USAGE);
                yield ExitCode.OK;
            }
            case CommandLine.Wrong(String line) -> {
                err.println("robustmq: " + line);
                yield ExitCode.USAGE;
            }
        };
    }

    private ExitCode cluster(ClusterArguments arguments) {
        try {
            return switch (arguments) {
                case ClusterArguments.Dev dev -> new ClusterDev(dev, out).run();
                case ClusterOrder order -> order(order);
            };
        } catch (StartFailure cannot) {
            err.println("robustmq: " + cannot.getMessage());
            return cannot.exitCode();
        } catch (IOException unusable) {
            err.println("robustmq: " + DataDirectory.reason(unusable));
            return ExitCode.CANNOT_CREATE;
        } catch (InterruptedException unexpected) {
            Thread.currentThread().interrupt();
            return ExitCode.OK;
        }
    }

    private ExitCode order(ClusterOrder order) {
        ClusterAt at = order.at();
        if (!at.needsConfiguration()) {
            return order(order, at);
        }
        return switch (read(role(at.node().role()), at.node().options())) {
            case ConfigOutcome.Wrong<?>(List<ConfigProblem> problems) -> wrong(problems);
            case ConfigOutcome.Loaded<?> loaded -> {
                ClusterAt found = at.with(loaded.config());
                if (found.servers().isEmpty()) {
                    err.println(
                            "robustmq: placement.servers is empty; set it, or use --server=HOST:PORT");
                    yield ExitCode.CONFIGURATION;
                }
                yield order(order, found);
            }
        };
    }

    private ExitCode order(ClusterOrder order, ClusterAt at) {
        return new ClusterCommand(order, at, prompt(), new SecureRandom(), out, err).run();
    }

    private PasswordPrompt prompt() {
        Console console = System.console();
        return new PasswordPrompt(in, console != null && console.isTerminal() ? console : null);
    }

    private ExitCode users(UsersArguments arguments) {
        String named = arguments.file();
        if (named != null) {
            return users(arguments, Path.of(named));
        }
        CommandLine.Options options = arguments.options();
        Path conf =
                options.conf() == null ? defaultFile(StandaloneKeys.ROLE) : Path.of(options.conf());
        return switch (ConfigReader.readForUsers(
                StandaloneKeys.ROLE, conf, environment, options.assignments())) {
            case ConfigOutcome.Wrong<?>(List<ConfigProblem> problems) -> wrong(problems);
            case ConfigOutcome.Loaded<StandaloneConfig> loaded -> {
                Path configured = loaded.config().mqtt().passwordFile();
                if (configured.toString().isEmpty()) {
                    err.println(
                            "robustmq: mqtt.password-file is empty; set it, or use --file=FILE");
                    yield ExitCode.CONFIGURATION;
                }
                yield users(arguments, configured);
            }
        };
    }

    private ExitCode users(UsersArguments arguments, Path file) {
        return new UsersCommand(arguments, file, prompt(), new SecureRandom(), out, err).run();
    }

    private EventLines lines(EventsArguments arguments) {
        return new EventLines(
                arguments.format(), isColoured(arguments.colours()), ZoneId.systemDefault());
    }

    private boolean isColoured(EventsArguments.Colours colours) {
        return switch (colours) {
            case ALWAYS -> true;
            case NEVER -> false;
            case AUTO ->
                    environment.getOrDefault("NO_COLOR", "").isEmpty()
                            && !environment.getOrDefault("TERM", "dumb").equals("dumb")
                            && System.console() != null
                            && System.console().isTerminal();
        };
    }

    /** What a command does with the node that it is about. */
    private ExitCode withNode(NodeArguments said, Function<NodeTarget, ExitCode> command) {
        try {
            String data = said.data();
            String url = said.url();
            String tokenFile = said.tokenFile();
            if (data != null) {
                return command.apply(NodeTarget.files(data));
            }
            if (url != null && tokenFile != null) {
                return command.apply(NodeTarget.at(url, tokenFile));
            }
            return switch (read(role(said.role()), said.options())) {
                case ConfigOutcome.Wrong<?>(List<ConfigProblem> problems) -> wrong(problems);
                case ConfigOutcome.Loaded<?> loaded ->
                        command.apply(NodeTarget.of(loaded.config(), said));
            };
        } catch (IOException unreadable) {
            err.println("robustmq: " + DataDirectory.reason(unreadable));
            return ExitCode.NO_INPUT;
        }
    }

    private <C extends Record & RoleConfig> ExitCode check(
            ConfigRole<C> role, CommandLine.Options options) {
        return switch (read(role, options)) {
            case ConfigOutcome.Wrong<C>(List<ConfigProblem> problems) -> wrong(problems);
            case ConfigOutcome.Loaded<C> loaded -> {
                out.println(
                        "configuration is fine: "
                                + (loaded.file().isEmpty() ? "no file" : loaded.file())
                                + ", "
                                + loaded.fromEnvironment()
                                + " from the environment, "
                                + loaded.fromCommandLine()
                                + " from --set");
                yield ExitCode.OK;
            }
        };
    }

    private ExitCode start(String role, CommandLine.Options options) {
        return switch (role) {
            case "standalone" -> start(StandaloneKeys.ROLE, options, Standalone::new);
            case "placement-center" ->
                    start(PlacementCenterKeys.ROLE, options, PlacementCenter::new);
            case "mqtt-server" -> start(MqttServerKeys.ROLE, options, MqttServer::new);
            case "journal-server" -> start(JournalServerKeys.ROLE, options, JournalServer::new);
            default -> throw new IllegalStateException("no role " + role);
        };
    }

    /** Makes a role's process of its configuration. */
    interface Maker<C extends Record & RoleConfig, P extends RoleProcess> {
        P make(ConfigOutcome.Loaded<C> loaded, NodeIdentity identity, InstantSource clock);
    }

    private <C extends Record & RoleConfig> ExitCode start(
            ConfigRole<C> role, CommandLine.Options options, Maker<C, ?> maker) {
        return switch (read(role, options)) {
            case ConfigOutcome.Wrong<C>(List<ConfigProblem> problems) -> wrong(problems);
            case ConfigOutcome.Loaded<C> loaded -> {
                NodeIdentity identity =
                        new NodeIdentity(
                                loaded.config().nodeId(),
                                UUID.randomUUID().toString(),
                                BuildVersion.text());
                RoleProcess node = maker.make(loaded, identity, InstantSource.system());
                yield run(node, loaded.config());
            }
        };
    }

    private ExitCode run(RoleProcess node, RoleConfig config) {
        AtomicReference<ExitCode> ending = new AtomicReference<>(ExitCode.OK);
        // On SIGTERM and SIGINT. The JVM would end with 143 or 130 after the hooks, which service
        // supervisors take for a failure; a stop in order is none.
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform()
                                .name("stop")
                                .unstarted(() -> {
                                    node.close();
                                    Runtime.getRuntime().halt(ending.get().number());
                                }));
        try {
            node.open();
        } catch (StartFailure failure) {
            ending.set(failure.exitCode());
            err.println("robustmq: " + failure.getMessage());
            return failure.exitCode();
        } catch (RuntimeException | Error defect) {
            ending.set(ExitCode.DEFECT);
            err.println("robustmq: a defect stopped the start, please report it: " + defect);
            defect.printStackTrace(err);
            return ExitCode.DEFECT;
        }
        announce(config, node);
        if (Boolean.getBoolean(STOP_PROPERTY)) {
            return rehearse(node);
        }
        try {
            StartFailure later = node.awaitFailure();
            ending.set(later.exitCode());
            err.println("robustmq: " + later.getMessage());
            return later.exitCode();
        } catch (InterruptedException unexpected) {
            Thread.currentThread().interrupt();
            return ExitCode.OK;
        }
    }

    private ExitCode rehearse(RoleProcess node) {
        try {
            node.rehearse();
            return ExitCode.OK;
        } catch (IOException e) {
            err.println("robustmq: the rehearsal for the AOT cache broke off: " + e.getMessage());
            return ExitCode.DEFECT;
        }
    }

    /** To stdout, unless that is a stream of JSON objects. */
    private void announce(RoleConfig config, RoleProcess node) {
        RoleConfig.Console console = config.sinks().console();
        boolean json = console.enabled() && console.format() == PipelineSettings.Format.JSON;
        PrintStream to = json ? err : out;
        to.print(node.announcement());
        to.flush();
    }

    private <C extends Record & RoleConfig> ConfigOutcome<C> read(
            ConfigRole<C> role, CommandLine.Options options) {
        Path file = options.conf() == null ? defaultFile(role) : Path.of(options.conf());
        return ConfigReader.read(role, file, environment, options.assignments());
    }

    private @Nullable Path defaultFile(ConfigRole<?> role) {
        Path file = home.resolve("config").resolve(role.fileName());
        return Files.exists(file) ? file : null;
    }

    private static ConfigRole<?> role(String command) {
        return ConfigRole.all().stream()
                .filter(role -> role.command().equals(command))
                .findFirst()
                .orElseThrow();
    }

    private ExitCode wrong(List<ConfigProblem> problems) {
        problems.forEach(problem -> err.println(problem.line()));
        err.println(
                "robustmq: the configuration has "
                        + problems.size()
                        + (problems.size() == 1 ? " problem" : " problems")
                        + ", see above");
        return ExitCode.CONFIGURATION;
    }

    /** Since the JVM started. */
    static long millisSinceStart() {
        return System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    }

    static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
}
