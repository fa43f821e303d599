package io.robustmq.server;

import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an operator wants of a cluster that runs: all but {@code robustmq cluster dev}. */
sealed interface ClusterOrder extends ClusterArguments {
    ClusterAt at();

    record Status(ClusterAt at, boolean json) implements ClusterOrder {}

    enum MemberVerb {
        ADD,
        REMOVE,
        REPLACE
    }

    /**
     * @param name of a placement center
     * @param yes whether it is done, or only told
     */
    record ChangeMember(ClusterAt at, MemberVerb verb, String name, String why, boolean yes)
            implements ClusterOrder {}

    /**
     * @param end whether the node is to be used again
     * @param untilEmpty waits until it has nothing any more
     */
    record Drain(
            ClusterAt at, String node, boolean end, String why, boolean yes, boolean untilEmpty)
            implements ClusterOrder {}

    /**
     * @param verb all but CHECK
     * @param name null for all
     */
    record ManageUsers(
            ClusterAt at,
            UsersArguments.Action verb,
            @Nullable String name,
            String why,
            boolean fromStandardInput,
            int iterations)
            implements ClusterOrder {}

    enum RulesVerb {
        SHOW,
        SET,
        REMOVE
    }

    /**
     * @param file empty unless they are set
     */
    record Rules(ClusterAt at, RulesVerb verb, String file, String why) implements ClusterOrder {}

    enum SchemasVerb {
        LIST(0),
        SHOW(1),
        PUT(2),
        REMOVE(1);

        private final int words;

        SchemasVerb(int words) {
            this.words = words;
        }

        boolean changes() {
            return this == PUT || this == REMOVE;
        }
    }

    /**
     * @param name empty for a list
     * @param file empty unless one is put
     */
    record Schemas(
            ClusterAt at, SchemasVerb verb, String name, String file, String why, boolean yes)
            implements ClusterOrder {}

    record Backup(ClusterAt at, String file, boolean force) implements ClusterOrder {}

    /**
     * @param kinds of documents; what is of others stays as it is
     * @param force also if there are documents already
     */
    record Restore(
            ClusterAt at,
            String file,
            Set<DocumentKind> kinds,
            String why,
            boolean yes,
            boolean force)
            implements ClusterOrder {}

    /**
     * @param rest what follows the verb
     * @return these arguments, or what is wrong with them
     */
    static CommandLine parse(String verb, List<String> rest) {
        return switch (verb) {
            case "status" -> status(rest);
            case "add" -> member(MemberVerb.ADD, verb, rest);
            case "remove" -> member(MemberVerb.REMOVE, verb, rest);
            case "replace" -> member(MemberVerb.REPLACE, verb, rest);
            case "drain" -> drain(false, verb, rest);
            case "undrain" -> drain(true, verb, rest);
            case "users" -> users(rest);
            case "acl" -> rules(rest);
            case "schemas" -> schemas(rest);
            case "backup" -> backup(rest);
            case "restore" -> restore(rest);
            default -> new CommandLine.Wrong(USAGE);
        };
    }

    private static CommandLine status(List<String> rest) {
        ClusterOptions options = new ClusterOptions(0, "--json");
        CommandLine other = options.read(rest);
        return other != null
                ? other
                : new CommandLine.Cluster(new Status(options.at(), options.has("--json")));
    }

    private static CommandLine member(MemberVerb verb, String word, List<String> rest) {
        ClusterOptions options = new ClusterOptions(1, "--why", "--yes");
        CommandLine other = options.read(rest);
        String name = options.word(0);
        String why = options.value("--why", "");
        return other != null
                ? other
                : name == null || name.isBlank()
                        ? wrong("cluster " + word, "a placement center", "NAME")
                        : checked(
                                why,
                                new ChangeMember(
                                        options.at(), verb, name, why, options.has("--yes")));
    }

    private static CommandLine drain(boolean end, String word, List<String> rest) {
        ClusterOptions options =
                end
                        ? new ClusterOptions(1, "--why", "--yes")
                        : new ClusterOptions(1, "--why", "--yes", "--wait");
        CommandLine other = options.read(rest);
        String node = options.word(0);
        String why = options.value("--why", "");
        return other != null
                ? other
                : node == null || node.isBlank()
                        ? wrong("cluster " + word, "a journal server", "NODE")
                        : checked(
                                why,
                                new Drain(
                                        options.at(),
                                        node,
                                        end,
                                        why,
                                        options.has("--yes"),
                                        options.has("--wait")));
    }

    private static CommandLine users(List<String> rest) {
        String word = rest.isEmpty() ? "" : rest.removeFirst();
        UsersArguments.Action verb =
                Stream.of(UsersArguments.Action.values())
                        .filter(each -> each != UsersArguments.Action.CHECK)
                        .filter(each -> each.name().equalsIgnoreCase(word))
                        .findAny()
                        .orElse(null);
        if (word.equals("--help") || word.equals("-h")) {
            return new CommandLine.Help();
        }
        if (verb == null) {
            return new CommandLine.Wrong(
                    "cluster users needs a command: robustmq cluster users list|add NAME|passwd NAME|remove NAME");
        }
        ClusterOptions options =
                verb.setsPassword()
                        ? new ClusterOptions(1, "--why", "--password-stdin", "--iterations")
                        : verb.needsName() ? new ClusterOptions(1, "--why") : new ClusterOptions(0);
        CommandLine other = options.read(rest);
        if (other != null) {
            return other;
        }
        String name = options.word(0);
        String count = options.value("--iterations", String.valueOf(UsersArguments.ITERATIONS));
        int iterations = UsersArguments.iterations(count);
        if (name == null && verb.needsName()) {
            return wrong("cluster users " + word, "a name", "NAME");
        }
        String problem = name == null ? null : UsersArguments.nameProblem(name);
        if (problem == null && iterations < 1) {
            problem =
                    "--iterations must be a whole number from 1 to "
                            + PasswordHash.MAX_ITERATIONS
                            + ", was "
                            + count;
        }
        String why = options.value("--why", "");
        return problem != null
                ? new CommandLine.Wrong(problem)
                : checked(
                        why,
                        new ManageUsers(
                                options.at(),
                                verb,
                                name,
                                why,
                                options.has("--password-stdin"),
                                iterations));
    }

    private static CommandLine rules(List<String> rest) {
        String word = rest.isEmpty() ? "" : rest.removeFirst();
        RulesVerb verb;
        switch (word) {
            case "show" -> verb = RulesVerb.SHOW;
            case "set" -> verb = RulesVerb.SET;
            case "remove" -> verb = RulesVerb.REMOVE;
            case "--help", "-h" -> {
                return new CommandLine.Help();
            }
            default -> {
                return new CommandLine.Wrong(
                        "cluster acl needs a command: robustmq cluster acl show|set FILE|remove");
            }
        }
        ClusterOptions options =
                verb == RulesVerb.SHOW
                        ? new ClusterOptions(0)
                        : new ClusterOptions(verb == RulesVerb.SET ? 1 : 0, "--why");
        CommandLine other = options.read(rest);
        String file = options.word(0);
        String why = options.value("--why", "");
        return other != null
                ? other
                : verb == RulesVerb.SET && file == null
                        ? wrong("cluster acl set", "an ACL file", "FILE")
                        : checked(
                                why, new Rules(options.at(), verb, file == null ? "" : file, why));
    }

    private static CommandLine schemas(List<String> rest) {
        String word = rest.isEmpty() ? "" : rest.removeFirst();
        if (word.equals("--help") || word.equals("-h")) {
            return new CommandLine.Help();
        }
        SchemasVerb verb =
                Stream.of(SchemasVerb.values())
                        .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(word))
                        .findAny()
                        .orElse(null);
        if (verb == null) {
            return new CommandLine.Wrong(
                    "cluster schemas needs a command: robustmq cluster schemas list|show NAME|put NAME FILE|remove NAME");
        }
        ClusterOptions options =
                verb.changes()
                        ? new ClusterOptions(verb.words, "--why", "--yes")
                        : new ClusterOptions(verb.words);
        CommandLine other = options.read(rest);
        if (other != null) {
            return other;
        }
        String name = options.word(0);
        String file = options.word(1);
        if (verb.words > 0 && name == null || verb.words > 1 && file == null) {
            return verb == SchemasVerb.PUT
                    ? wrong("cluster schemas put", "a name and a schema file", "NAME FILE")
                    : wrong("cluster schemas " + word, "a name", "NAME");
        }
        String why = options.value("--why", "");
        return checked(
                why,
                new Schemas(
                        options.at(),
                        verb,
                        name == null ? "" : name,
                        file == null ? "" : file,
                        why,
                        options.has("--yes")));
    }

    private static CommandLine backup(List<String> rest) {
        ClusterOptions options = new ClusterOptions(1, "--force");
        CommandLine other = options.read(rest);
        String file = options.word(0);
        return other != null
                ? other
                : file == null
                        ? wrong("cluster backup", "a file to write", "FILE")
                        : new CommandLine.Cluster(
                                new Backup(options.at(), file, options.has("--force")));
    }

    private static CommandLine restore(List<String> rest) {
        ClusterOptions options = new ClusterOptions(1, "--only", "--why", "--yes", "--force");
        CommandLine other = options.read(rest);
        String file = options.word(0);
        if (other != null) {
            return other;
        }
        if (file == null) {
            return wrong("cluster restore", "the file of a backup", "FILE");
        }
        Set<DocumentKind> kinds = EnumSet.noneOf(DocumentKind.class);
        for (String each : ListText.of(options.value("--only", allKinds()))) {
            DocumentKind kind =
                    Stream.of(DocumentKind.values())
                            .filter(known -> known.text().equals(each))
                            .findAny()
                            .orElse(null);
            if (kind == null) {
                return new CommandLine.Wrong("--only must be of " + allKinds() + ", was " + each);
            }
            kinds.add(kind);
        }
        String why = options.value("--why", "");
        return checked(
                why,
                new Restore(
                        options.at(),
                        file,
                        kinds,
                        why,
                        options.has("--yes"),
                        options.has("--force")));
    }

    private static String allKinds() {
        return Stream.of(DocumentKind.values())
                .map(DocumentKind::text)
                .collect(Collectors.joining(","));
    }

    private static CommandLine.Wrong wrong(String command, String what, String word) {
        return new CommandLine.Wrong(
                command + " needs " + what + ": robustmq " + command + " " + word);
    }

    private static CommandLine checked(String why, ClusterOrder order) {
        int most = Document.MAX_WHY / 2; // the rest says who, and of what file
        return why.length() <= most
                ? new CommandLine.Cluster(order)
                : new CommandLine.Wrong(
                        "--why has at most " + most + " characters, was " + why.length());
    }
}
