package io.robustmq.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code robustmq users} is to do.
 *
 * @param name of the user; null for all
 * @param file null for the one that the configuration names
 * @param fromStandardInput where the password is from, in place of a prompt
 */
record UsersArguments(
        Action action,
        @Nullable String name,
        @Nullable String file,
        CommandLine.Options options,
        boolean fromStandardInput,
        int iterations) {
    enum Action {
        ADD,
        PASSWD,
        REMOVE,
        LIST,
        CHECK;

        boolean needsName() {
            return this == ADD || this == PASSWD || this == REMOVE;
        }

        boolean setsPassword() {
            return this == ADD || this == PASSWD;
        }
    }

    /** Some ten milliseconds for each login; 101, as mosquitto has it, are few for guessers. */
    static final int ITERATIONS = 10_000;

    private static final int MAX_NAME = 1024;
    private static final String USAGE =
            "users needs a command: robustmq users add NAME|passwd NAME|remove NAME|list|check [NAME]";

    /**
     * @param rest what follows {@code users}
     * @return these arguments, or what is wrong with them
     */
    static CommandLine parse(List<String> rest) {
        String verb = rest.isEmpty() ? "" : rest.removeFirst();
        Action action;
        switch (verb) {
            case "add" -> action = Action.ADD;
            case "passwd" -> action = Action.PASSWD;
            case "remove" -> action = Action.REMOVE;
            case "list" -> action = Action.LIST;
            case "check" -> action = Action.CHECK;
            case "--help", "-h" -> {
                return new CommandLine.Help();
            }
            default -> {
                return new CommandLine.Wrong(USAGE);
            }
        }
        String name = null;
        String file = null;
        String conf = null;
        List<String> assignments = new ArrayList<>();
        boolean fromStandardInput = false;
        int iterations = ITERATIONS;
        boolean onlyWords = false;
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            if (onlyWords || !argument.startsWith("-")) {
                if (name != null || action == Action.LIST) {
                    return new CommandLine.Wrong(
                            "unexpected argument after the name; a password is asked for, or read with --password-stdin");
                }
                name = argument;
                continue;
            }
            int equals = argument.indexOf('=');
            String option = equals < 0 ? argument : argument.substring(0, equals);
            switch (option) {
                case "--" -> onlyWords = true;
                case "--help", "-h" -> {
                    return new CommandLine.Help();
                }
                case "--password-stdin" -> fromStandardInput = true;
                case "--file", "--conf", "--set", "--iterations" -> {
                    if (equals < 0 && rest.isEmpty()) {
                        return new CommandLine.Wrong(
                                option + " needs a value: " + option + "=VALUE");
                    }
                    String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
                    switch (option) {
                        case "--file" -> file = value;
                        case "--conf" -> conf = value;
                        case "--set" -> {
                            if (value.indexOf('=') < 1) {
                                return new CommandLine.Wrong(
                                        "--set must be --set key=value, was --set " + value);
                            }
                            assignments.add(value);
                        }
                        default -> {
                            iterations = iterations(value);
                            if (iterations < 1) {
                                return new CommandLine.Wrong(
                                        "--iterations must be a whole number from 1 to "
                                                + PasswordHash.MAX_ITERATIONS
                                                + ", was "
                                                + value);
                            }
                        }
                    }
                }
                default -> {
                    return CommandLine.unexpected(option);
                }
            }
        }
        String wrong = problem(action, verb, name);
        return wrong != null
                ? new CommandLine.Wrong(wrong)
                : new CommandLine.ManageUsers(
                        new UsersArguments(
                                action,
                                name,
                                file,
                                new CommandLine.Options(conf, List.copyOf(assignments)),
                                fromStandardInput,
                                iterations));
    }

    private static @Nullable String problem(Action action, String verb, @Nullable String name) {
        if (name == null) {
            return action.needsName()
                    ? "users " + verb + " needs a name: robustmq users " + verb + " NAME"
                    : null;
        }
        return nameProblem(name);
    }

    /** Null if it may be a user's name. */
    static @Nullable String nameProblem(String name) {
        boolean usable =
                !name.isBlank()
                        && name.equals(name.strip())
                        && name.length() <= MAX_NAME
                        && name.indexOf(':') < 0
                        && !name.startsWith("#")
                        && name.chars().noneMatch(Character::isISOControl);
        return usable
                ? null
                : "a user's name has 1 to "
                        + MAX_NAME
                        + " characters, no colon, no # in front, no space around it";
    }

    /** -1 if it is no number of them. */
    static int iterations(String text) {
        return new ValueKind.Whole(1, PasswordHash.MAX_ITERATIONS).readText(text)
                        instanceof Integer number
                ? number
                : -1;
    }
}
