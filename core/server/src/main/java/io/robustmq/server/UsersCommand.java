package io.robustmq.server;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/** {@code robustmq users}: changes a password file. A node that runs picks the change up itself. */
final class UsersCommand {
    private final UsersArguments arguments;
    private final Path path;
    private final UsersFile file;
    private final PasswordPrompt prompt;
    private final RandomGenerator random;
    private final PrintStream out;
    private final PrintStream err;

    UsersCommand(
            UsersArguments arguments,
            Path path,
            PasswordPrompt prompt,
            RandomGenerator random,
            PrintStream out,
            PrintStream err) {
        this.arguments = arguments;
        this.path = path;
        this.file = new UsersFile(path);
        this.prompt = prompt;
        this.random = random;
        this.out = out;
        this.err = err;
    }

    ExitCode run() {
        String name = String.valueOf(arguments.name());
        try {
            return switch (arguments.action()) {
                case ADD -> told(file.add(name, hash(name)), name + " was added");
                case PASSWD ->
                        told(file.setPassword(name, hash(name)), name + " has another password");
                case REMOVE -> told(file.remove(name), name + " was removed");
                case LIST -> list();
                case CHECK -> arguments.name() == null ? check() : check(name);
            };
        } catch (NoSuchFileException missing) {
            return failed(ExitCode.NO_INPUT, missing.getFile() + ": no such file");
        } catch (IOException failure) {
            return failed(ExitCode.INPUT_OUTPUT, DataDirectory.reason(failure));
        }
    }

    private PasswordHash hash(String name) throws IOException {
        byte[] password = password("Password of " + name, true);
        return PasswordHash.of(password, arguments.iterations(), random);
    }

    private byte[] password(String what, boolean twice) throws IOException {
        return arguments.fromStandardInput() ? prompt.fromStandardInput() : prompt.ask(what, twice);
    }

    private ExitCode told(UsersFile.Outcome outcome, String done) {
        return switch (outcome) {
            case UsersFile.Done(int users) -> {
                out.println(
                        done + ", " + path + " has " + users + (users == 1 ? " user" : " users"));
                yield ExitCode.OK;
            }
            case UsersFile.Refused(String why) -> failed(ExitCode.FOUND, why);
            case UsersFile.Wrong(List<ConfigProblem> problems) -> wrong(problems);
        };
    }

    private ExitCode list() throws IOException {
        UsersFile.names(file.lines()).stream().sorted().forEach(out::println);
        return ExitCode.OK;
    }

    private ExitCode check() throws IOException {
        return switch (PasswordFile.parse(path, file.lines())) {
            case PasswordFile.Loaded(Users users) ->
                    told(new UsersFile.Done(users.count()), "the file is fine");
            case PasswordFile.Wrong(List<ConfigProblem> problems) -> wrong(problems);
        };
    }

    private ExitCode check(String name) throws IOException {
        switch (PasswordFile.parse(path, file.lines())) {
            case PasswordFile.Loaded(Users users) -> {
                PasswordHash hash = users.get(name);
                if (hash == null) {
                    return failed(ExitCode.FOUND, "there is no user " + name);
                }
                if (!hash.matches(password("Password of " + name, false))) {
                    return failed(ExitCode.FOUND, "that is not the password of " + name);
                }
                out.println("that is the password of " + name);
                return ExitCode.OK;
            }
            case PasswordFile.Wrong(List<ConfigProblem> problems) -> {
                return wrong(problems);
            }
        }
    }

    private ExitCode wrong(List<ConfigProblem> problems) {
        problems.forEach(problem -> err.println(problem.line()));
        return failed(ExitCode.CONFIGURATION, path + " cannot be used, see above");
    }

    private ExitCode failed(ExitCode code, String line) {
        err.println("robustmq: " + line);
        return code;
    }
}
