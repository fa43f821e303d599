package io.robustmq.server;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code robustmq journal} is to do.
 *
 * @param directory a journal's, or a data directory with a journal in it
 * @param shard null for all
 * @param records of each shard to show
 * @param yes whether repair may change files
 */
record JournalArguments(
        Action action,
        Path directory,
        @Nullable String shard,
        int records,
        boolean json,
        boolean yes) {
    enum Action {
        INSPECT,
        VERIFY,
        REPAIR
    }

    /** More would be no look any more. */
    private static final int MAX_RECORDS = 100_000;

    /**
     * @param rest what follows {@code journal}
     * @return these arguments, or what is wrong with them
     */
    static CommandLine parse(List<String> rest) {
        String verb = rest.isEmpty() ? "" : rest.removeFirst();
        Action action;
        switch (verb) {
            case "inspect" -> action = Action.INSPECT;
            case "verify" -> action = Action.VERIFY;
            case "repair" -> action = Action.REPAIR;
            case "--help", "-h" -> {
                return new CommandLine.Help();
            }
            default -> {
                return new CommandLine.Wrong(
                        "journal needs a command: robustmq journal inspect|verify|repair DIR");
            }
        }
        String directory = null;
        String shard = null;
        int records = 0;
        boolean json = false;
        boolean yes = false;
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            String value = equals < 0 ? null : argument.substring(equals + 1);
            boolean takesValue =
                    name.equals("--shard") || name.equals("--records") && action == Action.INSPECT;
            if (takesValue && value == null && !rest.isEmpty()) {
                value = rest.removeFirst();
            }
            if (name.equals("--help") || name.equals("-h")) {
                return new CommandLine.Help();
            } else if (name.equals("--shard") && value != null && !value.isEmpty()) {
                shard = value;
            } else if (takesValue && name.equals("--records")) {
                records = number(value);
                if (records < 0) {
                    return new CommandLine.Wrong(
                            "--records must be a whole number from 0 to "
                                    + MAX_RECORDS
                                    + ", was "
                                    + value);
                }
            } else if (argument.equals("--json")) {
                json = true;
            } else if (argument.equals("--yes") && action == Action.REPAIR) {
                yes = true;
            } else if (!argument.startsWith("-") && directory == null) {
                directory = argument;
            } else if (takesValue) {
                return new CommandLine.Wrong("--shard needs a name: --shard=NAME");
            } else {
                return CommandLine.unexpected(argument);
            }
        }
        return directory == null
                ? new CommandLine.Wrong(
                        "journal " + verb + " needs a folder: robustmq journal " + verb + " DIR")
                : new CommandLine.JournalTool(
                        new JournalArguments(
                                action, Path.of(directory), shard, records, json, yes));
    }

    /** -1 if it is none that is allowed. */
    private static int number(@Nullable String text) {
        try {
            int number = text == null ? -1 : Integer.parseInt(text);
            return number <= MAX_RECORDS ? number : -1;
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }
}
