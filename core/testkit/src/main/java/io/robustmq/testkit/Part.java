package io.robustmq.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real part, not written by us, that a test talks to. {@code bin/verify} provides all of them;
 * what a machine cannot give is left out of the tests with the reason.
 */
public enum Part {
    /** Debian's mosquitto: the broker and its command-line clients. */
    MOSQUITTO(List.of("mosquitto", "mosquitto_pub", "mosquitto_sub"), null),
    /** Debian's prometheus. */
    PROMTOOL(List.of("promtool"), null),
    /** Debian's prometheus-alertmanager. */
    AMTOOL(List.of("amtool", "prometheus-alertmanager"), null),
    /** npm's {@code @fluent-org/logger}: a receiver of the forward protocol. */
    FLUENT_SERVER(List.of("node"), "npm/node_modules/@fluent-org/logger"),
    /** npm's {@code mqtt}: MQTT.js, for Node.js and for browsers. */
    MQTT_JS(List.of("node"), "npm/node_modules/mqtt"),
    /** npm's {@code @grafana/lezer-logql}: the grammar of Loki's queries. */
    LOGQL_GRAMMAR(List.of("node"), "npm/node_modules/@grafana/lezer-logql"),
    /** Debian's chromium, and npm's {@code playwright-core}, which drives it. */
    CHROMIUM(List.of("node", "chromium"), "npm/node_modules/playwright-core"),
    /** The page of Grafana's packages that draws the dashboards, and what opens it in Chromium. */
    PICTURE(List.of("node", "chromium"), "picture/dist/index.html"),
    /** The OpenTelemetry Collector, built from its Go modules. */
    OTEL_COLLECTOR(List.of(), "otelcol/otelcol"),
    /**
     * Helm, and a reader of the files for packaging, built from the Go modules of the programs that
     * these are for.
     */
    PACKAGING(List.of(), "packaging/packaging"),
    /** Jaeger, built from its Go module. */
    JAEGER(List.of(), "jaeger/jaeger"),
    /** OpenSearch, from its Maven artefacts. */
    OPENSEARCH(List.of(), "opensearch/lib"),
    /** Compiles what tests put before the C library. */
    C_COMPILER(List.of("gcc"), null),
    /** Debian's systemd, of which only {@code systemd-analyze} is used. */
    SYSTEMD(List.of("systemd-analyze"), null),
    /** File systems of a test's own, in a file of its folder; only root may mount them. */
    SMALL_DISK(List.of("mount", "umount", "mkfs.ext4"), null);

    private final List<String> programs;
    private final @Nullable String built;

    Part(List<String> programs, @Nullable String built) {
        this.programs = programs;
        this.built = built;
    }

    /** Why this machine does not have it; null if it does. */
    public @Nullable String absence() {
        return absence(parts());
    }

    @Nullable String absence(Path parts) {
        for (String program : programs) {
            if (find(program) == null) {
                return name() + ": no " + program + " on this machine";
            }
        }
        if (this == SMALL_DISK && !System.getProperty("user.name").equals("root")) {
            return name() + ": only root may mount";
        }
        if (built != null && !Files.exists(parts.resolve(built))) {
            return name() + ": bin/verify has not made it (" + reason(parts) + ")";
        }
        return null;
    }

    /** A program of this part. Throws if {@link #absence} has something to say. */
    public Path program(String name) {
        Path program = find(name);
        if (program == null) {
            throw new IllegalStateException(name() + ": no " + name + " on this machine");
        }
        return program;
    }

    /** What {@code bin/verify} made of this part. */
    public Path made() {
        if (built == null) {
            throw new IllegalStateException(name() + " is installed, not made");
        }
        return parts().resolve(built);
    }

    /** The folder that {@code bin/verify} fills. */
    static Path parts() {
        return Repository.root().resolve("target").resolve("parts");
    }

    /** {@code bin/verify} leaves the reason in a file of the part's name. */
    private String reason(Path parts) {
        Path left = parts.resolve(name() + ".missing");
        try {
            return Files.exists(left) ? Files.readString(left).strip() : "it has not run";
        } catch (IOException e) {
            return "unreadable reason: " + e.getMessage();
        }
    }

    /** Debian puts servers into sbin, which is not on everyone's path. */
    private static @Nullable Path find(String program) {
        String path = System.getenv("PATH");
        return Stream.concat(
                        Stream.of((path == null ? "" : path).split(":", -1)),
                        Stream.of("/usr/local/sbin", "/usr/sbin", "/usr/local/bin", "/usr/bin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }
}
