package io.robustmq.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The words and options behind {@code robustmq cluster VERB}, read one by one. For one use. */
final class ClusterOptions {
    private static final Set<String> FLAGS =
            Set.of("--yes", "--force", "--json", "--wait", "--password-stdin");
    private static final List<String> TLS =
            List.of("--tls-certificate-file", "--tls-key-file", "--tls-ca-file");

    private final NodeArguments.Builder node = new NodeArguments.Builder();
    private final List<String> servers = new ArrayList<>();
    private final Map<String, String> values = new TreeMap<>();
    private final Set<String> flags = new HashSet<>();
    private final List<String> words = new ArrayList<>();
    private final Set<String> own;
    private final int maxWords;
    private boolean configured;

    /**
     * @param own options of this command, beside those that all have
     */
    ClusterOptions(int maxWords, String... own) {
        this.maxWords = maxWords;
        this.own = Set.of(own);
    }

    /** What it is instead of the command; null if it is the command. */
    @Nullable CommandLine read(List<String> rest) {
        node.take("--role", "placement-center");
        boolean onlyWords = false;
        while (!rest.isEmpty()) {
            String argument = rest.removeFirst();
            if (onlyWords || !argument.startsWith("-") || argument.equals("-")) {
                if (words.size() == maxWords) {
                    // not repeated: it may be a password
                    return new CommandLine.Wrong(
                            words.isEmpty()
                                    ? "an argument too many: try robustmq help"
                                    : "unexpected argument after "
                                            + words.getLast()
                                            + ": try robustmq help");
                }
                words.add(argument);
            } else if (argument.equals("--")) {
                onlyWords = true;
            } else if (argument.equals("--help") || argument.equals("-h")) {
                return new CommandLine.Help();
            } else {
                CommandLine wrong = option(argument, rest);
                if (wrong != null) {
                    return wrong;
                }
            }
        }
        long files = TLS.stream().filter(values::containsKey).count();
        return files == 0 || files == TLS.size()
                ? null
                : new CommandLine.Wrong(String.join(", ", TLS) + " go together");
    }

    private @Nullable CommandLine option(String argument, List<String> rest) {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        if (FLAGS.contains(name) && own.contains(name)) {
            if (equals >= 0) {
                return new CommandLine.Wrong(name + " takes no value");
            }
            flags.add(name);
            return null;
        }
        boolean ofNode = Set.of("--role", "--conf", "--set").contains(name);
        boolean known = ofNode || name.equals("--server") || TLS.contains(name);
        if (!known && !own.contains(name)) {
            return CommandLine.unexpected(name);
        }
        if (equals < 0 && rest.isEmpty()) {
            return new CommandLine.Wrong(name + " needs a value: " + name + "=VALUE");
        }
        String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
        String problem = ofNode ? ofNode(name, value) : take(name, value);
        return problem == null ? null : new CommandLine.Wrong(problem);
    }

    private @Nullable String ofNode(String name, String value) {
        configured = true;
        if (name.equals("--role") && value.equals(StandaloneKeys.ROLE.command())) {
            return "--role must be placement-center, mqtt-server or journal-server: a standalone node is no cluster";
        }
        return node.take(name, value);
    }

    private @Nullable String take(String name, String value) {
        if (value.isEmpty()) {
            return name + " needs a value: " + name + "=VALUE";
        }
        if (name.equals("--server")) {
            for (String each : ListText.of(value)) {
                if (!AddressesKind.isAddress(each)) {
                    return "--server must be host:port, was " + each;
                }
                if (!servers.contains(each)) {
                    servers.add(each);
                }
            }
            return null;
        }
        if (TLS.contains(name)) {
            try {
                var unused = Path.of(value);
            } catch (InvalidPathException wrong) {
                return name + " cannot be " + value;
            }
        }
        values.put(name, value);
        return null;
    }

    ClusterAt at() {
        ClusterTls.Files tls =
                values.containsKey(TLS.getFirst())
                        ? new ClusterTls.Files(file(0), file(1), file(2))
                        : null;
        return new ClusterAt(node.build(), configured, servers, tls);
    }

    private Path file(int which) {
        return Path.of(value(TLS.get(which), ""));
    }

    boolean has(String flag) {
        return flags.contains(flag);
    }

    String value(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    /** Null if there are fewer. */
    @Nullable String word(int place) {
        return place < words.size() ? words.get(place) : null;
    }
}
