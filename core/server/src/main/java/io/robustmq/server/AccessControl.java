package io.robustmq.server;

import io.robustmq.broker.Access;
import io.robustmq.broker.Authenticator;
import io.robustmq.broker.AuthenticatorChain;
import io.robustmq.broker.Authorizer;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect and what they may do, as the configuration, the password file, the ACL file and
 * the schemas of payloads say; the files are read again when they have changed. Opened and closed
 * by one thread; {@link #check} any.
 */
final class AccessControl implements AutoCloseable {
    private static final long LOOK_SECONDS = 2;

    /** Instead of a file's name, in events. */
    private static final String AGREED_USERS = "placement/user";

    private static final String AGREED_ACL = "placement/acl";

    private final BrokerConfig.Mqtt config;
    private final boolean agreed;
    private final Events events;
    private final PasswordAuthenticator passwords;
    private final Access access;
    private final List<Source> sources = new ArrayList<>();
    private final Schemas schemas;
    private final @Nullable SchemaFiles schemaFiles;
    private volatile Function<Authorizer.Client, Authorizer.Rights> rules;
    private volatile Runnable changed = () -> {};

    // while open
    private @Nullable ScheduledExecutorService looking;

    AccessControl(BrokerConfig.Mqtt config, boolean scram, InstantSource clock, Events events) {
        this(config, scram, false, Path.of(""), clock, events);
    }

    /**
     * @param agreed users and rules are what {@link #use} says, not what files say
     * @param schemaFolder empty for none
     */
    AccessControl(
            BrokerConfig.Mqtt config,
            boolean scram,
            boolean agreed,
            Path schemaFolder,
            InstantSource clock,
            Events events) {
        this.config = config;
        this.agreed = agreed;
        this.events = events;
        this.passwords = new PasswordAuthenticator(Set.copyOf(config.admins()));
        this.rules = client -> Authorizer.Rights.ALL;
        this.access =
                new Access(
                        new AuthenticatorChain(chain(scram)),
                        client -> rules.apply(client),
                        config.access().onDeniedPublish());
        this.schemas = new Schemas(access, events);
        this.schemaFiles =
                isNamed(schemaFolder) ? new SchemaFiles(schemaFolder, clock, schemas) : null;
        if (isNamed(config.passwordFile()) && !agreed) {
            sources.add(
                    new Source(
                            new WatchedFile(config.passwordFile(), clock),
                            lines -> usePasswords(config.passwordFile(), lines)));
        }
        if (isNamed(config.access().aclFile()) && !agreed) {
            sources.add(
                    new Source(
                            new WatchedFile(config.access().aclFile(), clock),
                            lines -> useAcl(config.access().aclFile(), lines)));
        }
    }

    /**
     * A file, and what takes its lines: gives what is wrong with them, nothing if they are used.
     */
    private static final class Source {
        private final WatchedFile file;
        private final Function<List<String>, List<ConfigProblem>> use;
        private List<ConfigProblem> problems = List.of();

        Source(WatchedFile file, Function<List<String>, List<ConfigProblem>> use) {
            this.file = file;
            this.use = use;
        }
    }

    /**
     * @param changed files that had changed and are in force now
     * @param problems of files that cannot be used now, also of those that are known for long
     */
    record Checked(int changed, List<ConfigProblem> problems) {}

    private List<Authenticator> chain(boolean scram) {
        List<Authenticator> chain = new ArrayList<>();
        CertificateIdentity identity = config.access().certificateIdentity();
        if (identity != CertificateIdentity.NONE) {
            boolean both =
                    config.access().certificateLogin()
                            == CertificateAuthenticator.Login.WITH_PASSWORD;
            chain.add(
                    new CertificateAuthenticator(
                            identity, Set.copyOf(config.admins()), both ? passwords : null));
        }
        if (isNamed(config.passwordFile()) || agreed) {
            if (scram) {
                chain.add(new ScramAuthenticator(passwords, new SecureRandom()));
            }
            chain.add(passwords);
        }
        chain.add(new AnonymousAuthenticator(config.allowAnonymous()));
        return chain;
    }

    private static boolean isNamed(Path file) {
        return !file.toString().isEmpty();
    }

    /** Reads the files. */
    void open() throws StartFailure {
        List<ConfigProblem> problems = check(true).problems();
        if (!problems.isEmpty()) {
            throw new StartFailure(
                    ExitCode.CONFIGURATION,
                    problems.stream().map(ConfigProblem::line).collect(Collectors.joining("\n")));
        }
    }

    Access access() {
        return access;
    }

    /**
     * @param told when other rules are in force than before
     */
    void onChange(Runnable told) {
        changed = told;
    }

    /** From now on the files are looked at. */
    void watch() {
        if (sources.isEmpty() && schemaFiles == null) {
            return;
        }
        ScheduledExecutorService scheduler =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("access-files").daemon().factory());
        looking = scheduler;
        var unused =
                scheduler.scheduleWithFixedDelay(
                        this::look, LOOK_SECONDS, LOOK_SECONDS, TimeUnit.SECONDS);
    }

    private void look() {
        try {
            check(false);
        } catch (RuntimeException defect) {
            // or else nobody would look any more, and nobody would know
            events.emit(new AuthenticationEvent.ReloadFailed("", 1, Failure.of(defect).errorMsg()));
        }
    }

    /**
     * Reads what has changed.
     *
     * @param now also what seems to be the same, or being written
     */
    synchronized Checked check(boolean now) {
        int used = 0;
        List<ConfigProblem> problems = new ArrayList<>();
        for (Source source : sources) {
            String name = source.file.file().toString();
            switch (source.file.look(now)) {
                case WatchedFile.Unchanged unchanged -> {}
                case WatchedFile.Changed(List<String> lines) -> {
                    source.problems = source.use.apply(lines);
                    used += source.problems.isEmpty() ? 1 : 0;
                    tellProblems(name, source.problems);
                }
                case WatchedFile.Unreadable(String why) -> {
                    source.problems = List.of(new ConfigProblem(name, "", why));
                    tellProblems(name, source.problems);
                }
            }
            problems.addAll(source.problems);
        }
        if (used > 0) {
            changed.run();
        }
        if (schemaFiles != null) {
            Checked checked = schemaFiles.check(now);
            used += checked.changed();
            problems.addAll(checked.problems());
        }
        return new Checked(used, problems);
    }

    /** Schemas that the cluster has agreed on, by name. */
    synchronized void useSchemas(String from, Map<String, String> texts) {
        var unused = schemas.use(from, texts, name -> from + "/" + name);
    }

    /**
     * What the cluster has agreed on is this now. What cannot be read is told, and what there was
     * stays in force.
     *
     * @param users lines as in a password file
     * @param acl lines as in an ACL file; null if there is none: then everything is allowed
     */
    synchronized void use(List<String> users, @Nullable List<String> acl) {
        List<ConfigProblem> wrongUsers = usePasswords(Path.of(AGREED_USERS), users);
        tellProblems(AGREED_USERS, wrongUsers);
        List<ConfigProblem> wrongRules = List.of();
        if (acl == null) {
            rules = client -> Authorizer.Rights.ALL;
        } else {
            wrongRules = useAcl(Path.of(AGREED_ACL), acl);
            tellProblems(AGREED_ACL, wrongRules);
        }
        if (wrongUsers.isEmpty() || wrongRules.isEmpty()) {
            changed.run();
        }
    }

    private void tellProblems(String file, List<ConfigProblem> problems) {
        if (!problems.isEmpty()) {
            events.emit(
                    new AuthenticationEvent.ReloadFailed(
                            file, problems.size(), ConfigProblem.told(problems)));
        }
    }

    private List<ConfigProblem> usePasswords(Path file, List<String> lines) {
        return switch (PasswordFile.parse(file, lines)) {
            case PasswordFile.Loaded(Users users) -> {
                passwords.use(users);
                events.emit(
                        new AuthenticationEvent.PasswordsLoaded(file.toString(), users.count()));
                yield List.of();
            }
            case PasswordFile.Wrong(List<ConfigProblem> problems) -> problems;
        };
    }

    private List<ConfigProblem> useAcl(Path file, List<String> lines) {
        return switch (AclFile.parse(file, lines)) {
            case AclFile.Loaded(Acl acl) -> {
                rules = acl::rightsOf;
                events.emit(new AuthenticationEvent.AclLoaded(file.toString(), acl.rules()));
                yield List.of();
            }
            case AclFile.Wrong(List<ConfigProblem> problems) -> problems;
        };
    }

    /** What is wrong with the files that a configuration names. */
    static List<ConfigProblem> problems(Path passwordFile, Path aclFile, InstantSource clock) {
        List<ConfigProblem> problems = new ArrayList<>();
        if (isNamed(passwordFile)) {
            problems.addAll(
                    problems(
                            passwordFile,
                            clock,
                            lines ->
                                    switch (PasswordFile.parse(passwordFile, lines)) {
                                        case PasswordFile.Loaded loaded -> List.of();
                                        case PasswordFile.Wrong(List<ConfigProblem> wrong) -> wrong;
                                    }));
        }
        if (isNamed(aclFile)) {
            problems.addAll(
                    problems(
                            aclFile,
                            clock,
                            lines ->
                                    switch (AclFile.parse(aclFile, lines)) {
                                        case AclFile.Loaded loaded -> List.of();
                                        case AclFile.Wrong(List<ConfigProblem> wrong) -> wrong;
                                    }));
        }
        return problems;
    }

    private static List<ConfigProblem> problems(
            Path file, InstantSource clock, Function<List<String>, List<ConfigProblem>> parse) {
        return switch (new WatchedFile(file, clock).look(true)) {
            case WatchedFile.Unchanged unchanged -> List.of();
            case WatchedFile.Changed(List<String> lines) -> parse.apply(lines);
            case WatchedFile.Unreadable(String why) ->
                    List.of(new ConfigProblem(file.toString(), "", why));
        };
    }

    @Override
    public void close() {
        if (looking != null) {
            looking.shutdownNow();
            looking = null;
        }
    }
}
