package io.robustmq.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which node a command is about: the running one at a URL, or the one that a configuration
 * describes; or the files of one that does not run.
 *
 * @param role one of {@link ConfigRole#all}: whose configuration is read
 * @param url null for what the configuration says
 * @param tokenFile null for the one in its data directory
 * @param data the data directory of a node that does not run; null to ask a running one
 */
record NodeArguments(
        String role,
        CommandLine.Options options,
        @Nullable String url,
        @Nullable String tokenFile,
        @Nullable String data) {

    /** Takes the options one by one. */
    static final class Builder {
        private static final List<String> NAMES =
                List.of("--role", "--conf", "--set", "--url", "--token-file", "--data");

        private final List<String> assignments = new ArrayList<>();
        private String role = "standalone";
        private @Nullable String conf;
        private @Nullable String url;
        private @Nullable String tokenFile;
        private @Nullable String data;

        static boolean takes(String name) {
            return NAMES.contains(name);
        }

        /** What is wrong with it; null if nothing is. */
        @Nullable String take(String name, String value) {
            if (value.isEmpty()) {
                return name + " needs a value: " + name + "=VALUE";
            }
            switch (name) {
                case "--role" -> {
                    List<String> roles =
                            ConfigRole.all().stream().map(ConfigRole::command).toList();
                    if (!roles.contains(value)) {
                        return "--role must be " + String.join(" or ", roles) + ", was " + value;
                    }
                    role = value;
                }
                case "--conf" -> conf = value;
                case "--url" -> {
                    if (new ValueKind.Url(false).read(value) == null) {
                        return "--url must be "
                                + new ValueKind.Url(false).allowed()
                                + ", was "
                                + value;
                    }
                    url = value;
                }
                case "--token-file" -> tokenFile = value;
                case "--data" -> data = value;
                default -> {
                    if (value.indexOf('=') < 1) {
                        return "--set must be --set key=value, was --set " + value;
                    }
                    assignments.add(value);
                }
            }
            return null;
        }

        NodeArguments build() {
            CommandLine.Options options = new CommandLine.Options(conf, List.copyOf(assignments));
            return new NodeArguments(role, options, url, tokenFile, data);
        }
    }
}
