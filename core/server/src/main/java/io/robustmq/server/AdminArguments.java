package io.robustmq.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code robustmq levels}, {@code trace} and the like ask of a running node: one request.
 *
 * @param asked its parameters
 * @param json whether the answer is shown as it is
 */
record AdminArguments(
        String method,
        String path,
        Map<String, List<String>> asked,
        boolean json,
        NodeArguments node) {

    private static final String TRACE_USAGE =
            "trace needs a command: robustmq trace client ID|topic FILTER|address ADDRESS|list|stop ID";

    private static final String SAMPLING_USAGE =
            "sampling needs a command: robustmq sampling show|set NAME=VALUE...|reset";

    private static final String BANS_USAGE =
            "bans needs a command: robustmq bans list|add client ID|add address ADDRESS|lift client ID|lift address ADDRESS";

    /**
     * @param rest what follows {@code levels}
     */
    static CommandLine levels(List<String> rest) {
        Reading reading = new Reading(List.of("--for"));
        CommandLine wrong = reading.read(rest);
        if (wrong != null) {
            return wrong;
        }
        List<String> words = reading.words;
        if (words.isEmpty() && reading.asked.isEmpty()) {
            return reading.made("GET", LevelsApi.PATH);
        }
        if (words.size() != 2) {
            return new CommandLine.Wrong(
                    "levels needs a category and a level, or nothing: robustmq levels message debug --for 10m");
        }
        reading.ask("category", words.get(0));
        reading.ask("level", words.get(1));
        return reading.made("PUT", LevelsApi.PATH);
    }

    /**
     * @param rest what follows {@code sampling}
     */
    static CommandLine sampling(List<String> rest) {
        Reading reading = new Reading(List.of("--why"));
        CommandLine wrong = reading.read(rest);
        if (wrong != null) {
            return wrong;
        }
        List<String> words = reading.words;
        String verb = words.isEmpty() ? "show" : words.getFirst();
        boolean isSet = verb.equals("set");
        boolean isWhole = isSet ? words.size() > 1 : words.size() <= 1;
        if (!isWhole || verb.equals("show") && !reading.asked.isEmpty()) {
            return new CommandLine.Wrong(SAMPLING_USAGE);
        }
        for (String word : words.subList(Math.min(1, words.size()), words.size())) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                return new CommandLine.Wrong("sampling set takes NAME=VALUE, was " + word);
            }
            reading.askAlso(word.substring(0, equals), word.substring(equals + 1));
        }
        return switch (verb) {
            case "show" -> reading.made("GET", SamplingApi.PATH);
            case "set" -> reading.made("PUT", SamplingApi.PATH);
            case "reset" -> reading.made("DELETE", SamplingApi.PATH);
            default -> new CommandLine.Wrong(SAMPLING_USAGE);
        };
    }

    /**
     * @param rest what follows {@code reload}
     */
    static CommandLine reload(List<String> rest) {
        Reading reading = new Reading(List.of());
        CommandLine wrong = reading.read(rest);
        if (wrong != null) {
            return wrong;
        }
        return reading.words.isEmpty()
                ? reading.made("POST", AccessApi.RELOAD)
                : CommandLine.unexpected(reading.words.getFirst());
    }

    /**
     * @param rest what follows {@code trace}
     */
    static CommandLine trace(List<String> rest) {
        Reading reading = new Reading(List.of("--for", "--rate"));
        CommandLine wrong = reading.read(rest);
        if (wrong != null) {
            return wrong;
        }
        List<String> words = reading.words;
        String verb = words.isEmpty() ? "" : words.getFirst();
        boolean isList = verb.equals("list");
        if (words.size() != (isList ? 1 : 2) || (isList && !reading.asked.isEmpty())) {
            return new CommandLine.Wrong(TRACE_USAGE);
        }
        return switch (verb) {
            case "list" -> reading.made("GET", TracesApi.PATH);
            case "stop" -> {
                reading.ask("id", words.get(1));
                yield reading.made("DELETE", TracesApi.PATH);
            }
            case "client", "topic", "address" -> {
                reading.ask(verb, words.get(1));
                yield reading.made("POST", TracesApi.PATH);
            }
            default -> new CommandLine.Wrong(TRACE_USAGE);
        };
    }

    /**
     * @param rest what follows {@code bans}
     */
    static CommandLine bans(List<String> rest) {
        Reading reading = new Reading(List.of("--for", "--reason"));
        CommandLine wrong = reading.read(rest);
        if (wrong != null) {
            return wrong;
        }
        List<String> words = reading.words;
        String verb = words.isEmpty() ? "list" : words.getFirst();
        boolean isAdd = verb.equals("add");
        if (!isAdd && !reading.asked.isEmpty()) {
            return new CommandLine.Wrong(BANS_USAGE);
        }
        if (verb.equals("list")) {
            return words.size() > 1
                    ? new CommandLine.Wrong(BANS_USAGE)
                    : reading.made("GET", BansApi.PATH);
        }
        boolean known = isAdd || verb.equals("lift");
        if (!known
                || words.size() != 3
                || !(words.get(1).equals("client") || words.get(1).equals("address"))) {
            return new CommandLine.Wrong(BANS_USAGE);
        }
        reading.ask(words.get(1), words.get(2));
        return reading.made(isAdd ? "POST" : "DELETE", BansApi.PATH);
    }

    /**
     * @param rest what follows {@code slow}
     */
    static CommandLine slow(List<String> rest) {
        Reading reading = new Reading(List.of());
        CommandLine wrong = reading.read(rest);
        if (wrong != null) {
            return wrong;
        }
        return reading.words.isEmpty()
                ? reading.made("GET", SlowSubscriptionsApi.PATH)
                : CommandLine.unexpected(reading.words.getFirst());
    }

    /** The words and the options. */
    private static final class Reading {
        private final List<String> options;
        private final List<String> words = new ArrayList<>();
        private final Map<String, List<String>> asked = new LinkedHashMap<>();
        private final NodeArguments.Builder node = new NodeArguments.Builder();
        private boolean json;

        Reading(List<String> options) {
            this.options = options;
        }

        void ask(String name, String value) {
            asked.put(name, List.of(value));
        }

        /** Beside what is asked by that name already. */
        void askAlso(String name, String value) {
            asked.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
        }

        CommandLine made(String method, String path) {
            return new CommandLine.Administer(
                    new AdminArguments(method, path, Map.copyOf(asked), json, node.build()));
        }

        /** What is wrong; null if nothing is. */
        @Nullable CommandLine read(List<String> rest) {
            boolean onlyWords = false;
            while (!rest.isEmpty()) {
                String argument = rest.removeFirst();
                if (onlyWords || !argument.startsWith("-")) {
                    words.add(argument);
                    continue;
                }
                if (argument.equals("--")) {
                    onlyWords = true; // a client may be called --for
                    continue;
                }
                if (argument.equals("--help") || argument.equals("-h")) {
                    return new CommandLine.Help();
                }
                if (argument.equals("--json")) {
                    json = true;
                    continue;
                }
                int equals = argument.indexOf('=');
                String name = equals < 0 ? argument : argument.substring(0, equals);
                boolean forNode = NodeArguments.Builder.takes(name) && !name.equals("--data");
                if (!forNode && !options.contains(name)) {
                    return CommandLine.unexpected(argument);
                }
                if (equals < 0 && rest.isEmpty()) {
                    return new CommandLine.Wrong(name + " needs a value: " + name + "=VALUE");
                }
                String value = equals < 0 ? rest.removeFirst() : argument.substring(equals + 1);
                if (forNode) {
                    String wrong = node.take(name, value);
                    if (wrong != null) {
                        return new CommandLine.Wrong(wrong);
                    }
                } else {
                    ask(name.substring(2), value);
                }
            }
            return null;
        }
    }
}
