package io.robustmq.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What {@code robustmq cluster} is to do. */
sealed interface ClusterArguments permits ClusterArguments.Dev, ClusterOrder {
    String USAGE =
            "cluster needs a command: robustmq cluster status|add|remove|replace|drain|undrain|users|acl|schemas|backup|restore|dev";

    /**
     * @param nodes of each role
     * @param data the folder of all of them
     * @param mqttPort of the first broker; the others have the next ones
     * @param portBase of all that is not for clients
     */
    record Dev(int nodes, Path data, int mqttPort, int portBase) implements ClusterArguments {
        private static final Set<Integer> SIZES = Set.of(1, 3, 5);
        private static final int PORTS = 100;
        private static final int MAX_PORT = 65_535;

        static CommandLine parse(List<String> rest) {
            int nodes = 3;
            Path data = Path.of("robust-data-cluster");
            int mqttPort = 1883;
            int portBase = 19_000;
            while (!rest.isEmpty()) {
                String argument = rest.removeFirst();
                int equals = argument.indexOf('=');
                String option = equals < 0 ? argument : argument.substring(0, equals);
                if (option.equals("--help") || option.equals("-h")) {
                    return new CommandLine.Help();
                }
                if (!Set.of("--nodes", "--data", "--mqtt-port", "--port-base").contains(option)) {
                    return CommandLine.unexpected(argument);
                }
                if (equals < 0 && rest.isEmpty()) {
                    return new CommandLine.Wrong(option + " needs a value: " + option + "=VALUE");
                }
                String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
                try {
                    switch (option) {
                        case "--nodes" -> nodes = Integer.parseInt(value);
                        case "--mqtt-port" -> mqttPort = Integer.parseInt(value);
                        case "--port-base" -> portBase = Integer.parseInt(value);
                        default -> data = Path.of(value);
                    }
                } catch (NumberFormatException | InvalidPathException wrong) {
                    return new CommandLine.Wrong(option + " cannot be " + value);
                }
            }
            if (!SIZES.contains(nodes)) {
                return new CommandLine.Wrong("--nodes must be 1, 3 or 5, was " + nodes);
            }
            if (mqttPort < 1 || mqttPort + nodes - 1 > MAX_PORT) {
                return new CommandLine.Wrong("--mqtt-port must be a port, was " + mqttPort);
            }
            if (portBase < 1 || portBase + PORTS > MAX_PORT) {
                return new CommandLine.Wrong(
                        "--port-base must be 1 to " + (MAX_PORT - PORTS) + ", was " + portBase);
            }
            return new CommandLine.Cluster(new Dev(nodes, data, mqttPort, portBase));
        }
    }

    /**
     * @param rest what follows {@code cluster}
     * @return these arguments, or what is wrong with them
     */
    static CommandLine parse(List<String> rest) {
        String verb = rest.isEmpty() ? "" : rest.removeFirst();
        return switch (verb) {
            case "dev" -> Dev.parse(rest);
            case "--help", "-h" -> new CommandLine.Help();
            default -> ClusterOrder.parse(verb, rest);
        };
    }
}
