package io.robustmq.server;

import java.util.List;
import java.util.stream.Collectors;

/** Writes the roles' default files and the reference page from {@link ConfigRole}. */
final class ConfigPages {
    private ConfigPages() {}

    private static final int WIDTH = 100;

    private static final String OTEL_VARIABLES =
            """

            ## OpenTelemetry's variables

            They count for keys that nothing else sets: file, `ROBUSTMQ_` variables and `--set` win. An empty one counts as none;
            a wrong value stops the start like that of a key. Others than these are not read.

            | variable | key |
            |---|---|
            | `OTEL_EXPORTER_OTLP_ENDPOINT` | `sinks.otlp.endpoint`, and switches the sink on |
            | `OTEL_EXPORTER_OTLP_LOGS_ENDPOINT`, `…_TRACES_ENDPOINT`, `…_METRICS_ENDPOINT` | `sinks.otlp.logs-endpoint` and so on, and switches the sink and that signal on; without a common endpoint the other signals are off. If `sinks.otlp.endpoint` is set, they do not count |
            | `OTEL_EXPORTER_OTLP_PROTOCOL` | `sinks.otlp.protocol`: `grpc` or `http/protobuf`. Without it, and without one of the signal, an endpoint from these variables is gRPC on port 4317, else HTTP |
            | `OTEL_EXPORTER_OTLP_HEADERS` | `sinks.otlp.headers` |
            | `OTEL_EXPORTER_OTLP_TIMEOUT` | `sinks.otlp.timeout`, in milliseconds |
            | `OTEL_EXPORTER_OTLP_COMPRESSION` | `sinks.otlp.compression` |
            | `OTEL_EXPORTER_OTLP_CERTIFICATE`, `…_CLIENT_CERTIFICATE`, `…_CLIENT_KEY` | `sinks.otlp.ca-file`, `client-certificate-file`, `client-key-file` |
            | `OTEL_EXPORTER_OTLP_LOGS_PROTOCOL`, `…_HEADERS`, `…_TIMEOUT`, `…_COMPRESSION`, `…_CERTIFICATE`, `…_CLIENT_CERTIFICATE`, `…_CLIENT_KEY`; the same with `TRACES` and `METRICS` | the same keys of `sinks.otlp-logs` (`-traces`, `-metrics`): for that signal they win over those above, headers as a whole. One does not count if our own key for all signals is set |
            | `OTEL_RESOURCE_ATTRIBUTES` | `sinks.otlp.resource-attributes`; `service.name` as below |
            | `OTEL_SERVICE_NAME` | `service.namespace` in it, if that is not set. A process is several services (mqtt-broker, placement-center, journal-server), and dashboards and alerts know them by these names |
            | `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG` | `tracing.ratio`: `always_on`, `always_off`, `traceidratio`, each also with `parentbased_`, which makes no difference: a publisher's own traceparent decides for its message. Plain `always_off` is `tracing.enabled = false`, too |
            | `OTEL_SDK_DISABLED` | `true` is `sinks.otlp.enabled = false` |
            """;

    static String file(ConfigRole<?> role) {
        ConfigKey example = example(role);
        StringBuilder page =
                new StringBuilder(
                        """
                        # RobustMQ %s. Everything here is the default; take the # away from what you change.
                        # The environment wins over this file (%s is %s), --set over both.
                        # Durations: "200ms" "10s" "5m" "2h" "7d". Sizes: "512B" "64KiB" "1MiB" "2GiB".
                        """
                                .formatted(
                                        role.command(), example.path(), example.environmentName()));
        for (ConfigSection section : role.sections()) {
            page.append("\n\n# ").append(section.title()).append('\n');
            if (!section.name().isEmpty()) {
                page.append('[').append(section.name()).append("]\n");
            }
            for (ConfigKey key : section.keys()) {
                page.append('\n');
                wrap(page, key.doc() + " Must be " + key.kind().allowed() + ".");
                page.append("# ")
                        .append(key.name())
                        .append(" = ")
                        .append(key.defaultToml())
                        .append('\n');
            }
        }
        return page.toString();
    }

    static String reference() {
        StringBuilder page =
                new StringBuilder(
                        """
                        # Configuration

                        Written by `ConfigKeysTest` from the table that the server reads with; do not edit.

                        A setting comes from the first of these that has it: `--set KEY=VALUE`, the environment, the file
                        (`--conf=FILE`, or `config/ROLE.toml`), the default. Every key has a default. Unknown keys and
                        wrong values stop the start with exit code 78 and a list of all of them;
                        `bin/robustmq config check [--role=ROLE]` tells the same without starting. Durations are written
                        `200ms`, `10s`, `5m`, `2h`, `7d`; sizes `512B`, `64KiB`, `1MiB`, `2GiB`; paths are relative to the
                        folder that the process was started in.

                        The roles are `standalone`, whose keys come first, [`placement-center`](#placement-center),
                        [`mqtt-server`](#mqtt-server) and [`journal-server`](#journal-server).
                        """);
        reference(page, StandaloneKeys.ROLE.sections(), List.of());
        page.append(
                """

                ## placement-center

                `bin/robustmq placement-center` reads `config/placement-center.toml`.
                """);
        reference(page, PlacementCenterKeys.ROLE.sections(), StandaloneKeys.ROLE.sections());
        page.append(
                """

                ## mqtt-server

                `bin/robustmq mqtt-server` reads `config/mqtt-server.toml`.
                """);
        reference(page, MqttServerKeys.ROLE.sections(), StandaloneKeys.ROLE.sections());
        page.append(
                """

                ## journal-server

                `bin/robustmq journal-server` reads `config/journal-server.toml`.
                """);
        reference(page, JournalServerKeys.ROLE.sections(), StandaloneKeys.ROLE.sections());
        page.append(OTEL_VARIABLES);
        return page.toString();
    }

    /**
     * @param told keys that are on the page already
     */
    private static void reference(
            StringBuilder page, List<ConfigSection> sections, List<ConfigSection> told) {
        List<ConfigKey> known = told.stream().flatMap(section -> section.keys().stream()).toList();
        for (ConfigSection section : sections) {
            List<ConfigKey> news =
                    section.keys().stream().filter(key -> !known.contains(key)).toList();
            if (news.isEmpty()) {
                continue;
            }
            page.append(told.isEmpty() ? "\n## " : "\n### ");
            if (!section.name().isEmpty()) {
                page.append('`').append(section.name()).append("`: ");
            }
            page.append(section.title()).append("\n");
            for (ConfigKey key : news) {
                page.append(told.isEmpty() ? "\n### `" : "\n#### `").append(key.path());
                page.append("`\n\n").append(key.doc());
                page.append("\n\n- must be ").append(key.kind().allowed());
                page.append("\n- default `").append(key.defaultToml()).append('`');
                page.append("\n- environment `").append(key.environmentName()).append("`\n");
            }
        }
        if (!told.isEmpty()) {
            page.append("\n### The same as for standalone\n\n");
            page.append(
                    sections.stream()
                            .flatMap(section -> section.keys().stream())
                            .filter(known::contains)
                            .map(key -> "- `" + key.path() + '`')
                            .collect(Collectors.joining("\n")));
            page.append('\n');
        }
    }

    /** What the role listens on first. */
    private static ConfigKey example(ConfigRole<?> role) {
        return role.keys().stream()
                .filter(key -> key.name().equals("listen"))
                .findFirst()
                .orElseThrow();
    }

    private static void wrap(StringBuilder page, String text) {
        StringBuilder line = new StringBuilder("#");
        for (String word : text.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                page.append(line).append('\n');
                line = new StringBuilder("#");
            }
            line.append(' ').append(word);
        }
        page.append(line).append('\n');
    }
}
