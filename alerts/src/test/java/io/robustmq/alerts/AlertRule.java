package io.robustmq.alerts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One alert in a file of rules, as its text, which is what people read and change.
 *
 * @param file Prometheus' {@code *.rules.yml} or Loki's {@code *.loki.yml}
 */
record AlertRule(Path file, String name, String text) {
    private static final Pattern NAME = Pattern.compile("(?m)^ *- alert: (\\w+)$");
    private static final Pattern ANY_RULE = Pattern.compile("(?m)(?=^ *- (?:alert|record|name): )");
    private static final Pattern SEVERITY = Pattern.compile("(?m)^ +severity: (.*)$");

    /** Of all files in the folder. */
    static List<AlertRule> in(Path alerts) throws IOException {
        List<AlertRule> rules = new ArrayList<>();
        for (Path file : files(alerts)) {
            for (String text : ANY_RULE.split(Files.readString(file))) {
                Matcher name = NAME.matcher(text);
                if (name.find()) {
                    rules.add(new AlertRule(file, name.group(1), text));
                }
            }
        }
        return rules;
    }

    static List<Path> files(Path alerts) throws IOException {
        try (Stream<Path> files = Files.list(alerts)) {
            return files.filter(file -> file.toString().matches(".*\\.(rules|loki)\\.yml"))
                    .sorted()
                    .toList();
        }
    }

    boolean isLokis() {
        return file.toString().endsWith(".loki.yml");
    }

    String severity() {
        Matcher severity = SEVERITY.matcher(text);
        return severity.find() ? severity.group(1) : "";
    }

    /** Empty if there is none. */
    String expression() {
        Matcher expression =
                Pattern.compile("(?m)^( +)expr: (?:\\|\n((?:\\1 +.*\n)+)|(.+)\n)").matcher(text);
        if (!expression.find()) {
            return "";
        }
        String block = expression.group(2);
        return (block == null ? expression.group(3) : block).strip();
    }

    /** Empty if there is none. */
    String annotation(String key) {
        Matcher annotation = Pattern.compile("(?m)^ +" + key + ": \"?(.*?)\"?$").matcher(text);
        return annotation.find() ? annotation.group(1) : "";
    }
}
