package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stack of containers, as far as it goes without containers. */
@NeedsPart(Part.PACKAGING)
final class ComposeStackTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Path COMPOSE = Packaging.COLLECTORS.resolve("compose");
    private static final Path PROVISIONING = Packaging.COLLECTORS.resolve("grafana/provisioning");

    private static final String[] ALL = {"compose.yaml", "elasticsearch.yaml", "tempo.yaml"};

    @TempDir Path folder;

    private static JsonNode project(String... files) throws Exception {
        Path[] paths = Stream.of(files).map(COMPOSE::resolve).toArray(Path[]::new);
        return Packaging.objects("compose", paths).getFirst();
    }

    private static JsonNode services(String... files) throws Exception {
        return project(files).path("services");
    }

    @Test
    void docker_composes_loader_takes_it_and_what_it_binds_is_there() throws Exception {
        assertThat(services("compose.yaml").size()).isEqualTo(7);
        assertThat(services("compose.yaml", "elasticsearch.yaml").size()).isEqualTo(9);
        assertThat(services("compose.yaml", "tempo.yaml").size()).isEqualTo(8);
    }

    @Test
    void each_image_has_a_version_and_nothing_listens_beyond_this_machine() throws Exception {
        for (JsonNode service : services(ALL)) {
            assertThat(service.path("image").asText())
                    .matches("[a-z0-9./-]+:v?[0-9]+\\.[0-9]+\\.[0-9]+");
            assertThat(service.path("privileged").asBoolean()).isFalse();
            for (JsonNode port : service.path("ports")) {
                assertThat(port.path("host_ip").asText()).isEqualTo("127.0.0.1");
            }
        }
    }

    @Test
    void no_two_services_of_the_stack_are_asked_for_by_a_name_that_nobody_has() throws Exception {
        JsonNode services = services(ALL);
        List<String> asked = new ArrayList<>();
        for (JsonNode service : services) {
            service.path("environment").forEach(value -> asked.add(value.asText()));
        }
        asked.add(Files.readString(COMPOSE.resolve("prometheus.yml")));
        asked.add(Files.readString(COMPOSE.resolve("collector.yaml")));
        TreeSet<String> hosts = new TreeSet<>();
        for (String text : asked) {
            Pattern.compile("(?:http://|\")([a-z]+):[0-9]{4}")
                    .matcher(text)
                    .results()
                    .forEach(found -> hosts.add(found.group(1)));
        }
        assertThat(hosts)
                .contains("broker", "loki", "jaeger", "alertmanager", "collector")
                .allMatch(services::has);
    }

    @Test
    @NeedsPart(Part.OTEL_COLLECTOR)
    void the_collector_takes_its_configurations_with_each_other() throws Exception {
        JsonNode project = project("compose.yaml", "tempo.yaml");
        JsonNode collector = project.at("/services/collector");
        Map<String, Path> mounted = new TreeMap<>();
        for (JsonNode volume : collector.path("volumes")) {
            if (volume.path("type").asText().equals("bind")) {
                mounted.put(
                        volume.path("target").asText(), Path.of(volume.path("source").asText()));
            }
        }
        for (JsonNode config : collector.path("configs")) {
            String name = config.path("source").asText();
            Path file = folder.resolve(name + ".yaml");
            Files.writeString(file, project.path("configs").path(name).path("content").asText());
            mounted.put(config.path("target").asText(), file);
        }
        List<String> command =
                new ArrayList<>(List.of(Part.OTEL_COLLECTOR.made().toString(), "validate"));
        for (JsonNode argument : collector.path("command")) {
            String option = argument.asText();
            for (Map.Entry<String, Path> mount : mounted.entrySet()) {
                option = option.replace(mount.getKey(), mount.getValue().toString());
            }
            command.add(option);
        }
        assertThat(command).hasSize(6).noneMatch(option -> option.contains("=/etc/"));
        Map<String, String> environment = new TreeMap<>();
        collector
                .path("environment")
                .properties()
                .forEach(each -> environment.put(each.getKey(), each.getValue().asText()));
        environment.put("QUEUES", folder.resolve("queues").toString());
        try (ChildProcess validate = ChildProcess.start("otelcol", folder, environment, command)) {
            int exitCode = validate.awaitExit(LIMIT);
            assertThat(exitCode).as(String.join("\n", validate.stderr())).isZero();
        }
    }

    @Test
    void loki_is_told_the_labels_of_the_file_for_it() {
        JsonNode wanted = Packaging.yaml("loki/loki.yaml").path("limits_config");
        assertThat(wanted.isEmpty()).isFalse();
        assertThat(Packaging.yaml("compose/loki.yaml").path("limits_config")).isEqualTo(wanted);
    }

    @Test
    @NeedsPart({Part.PROMTOOL, Part.AMTOOL})
    void prometheus_and_alertmanager_take_their_configurations() throws Exception {
        Path promtool = Part.PROMTOOL.program("promtool");
        // Debian's knows no discovery in Kubernetes: the rest of that job, then
        Path kubernetes = folder.resolve("kubernetes.yml");
        String job = Files.readString(Packaging.COLLECTORS.resolve("prometheus/kubernetes.yml"));
        String elsewhere = "kubernetes_sd_configs: [{role: pod}]";
        assertThat(job).contains(elsewhere);
        Files.writeString(kubernetes, job.replace(elsewhere, "static_configs: []"));
        for (Path file :
                List.of(
                        kubernetes,
                        Packaging.COLLECTORS.resolve("prometheus/prometheus.yml"),
                        COMPOSE.resolve("prometheus.yml"))) {
            Packaging.run(promtool, "check", "config", file.toString()).fine();
        }
        // in compose the rules are where no path of this machine leads
        assertThat(Packaging.yaml("prometheus/prometheus.yml").at("/rule_files/0").asText())
                .isEqualTo("../../alerts/*.rules.yml");
        Packaging.run(
                        Part.AMTOOL.program("amtool"),
                        "check-config",
                        COMPOSE.resolve("alertmanager.yml").toString())
                .fine();
    }

    @Test
    void each_data_source_that_the_dashboards_let_one_choose_is_provided() throws Exception {
        Map<String, JsonNode> sources = sources();
        TreeSet<String> types = new TreeSet<>();
        sources.values().forEach(source -> types.add(source.path("type").asText()));
        TreeSet<String> wanted = new TreeSet<>();
        try (Stream<Path> dashboards = Files.list(Repository.root().resolve("dashboards"))) {
            for (Path file :
                    dashboards.filter(each -> each.toString().endsWith(".json")).toList()) {
                for (JsonNode variable :
                        new ObjectMapper().readTree(file.toFile()).at("/templating/list")) {
                    if (variable.path("type").asText().equals("datasource")) {
                        wanted.add(variable.path("query").asText());
                    }
                }
            }
        }
        assertThat(wanted).isNotEmpty().isSubsetOf(types);
    }

    /** A wrong uid is a link that is not there, without a word. */
    @Test
    void a_data_source_leads_to_another_one_that_is_provided() throws Exception {
        Map<String, JsonNode> sources = sources();
        List<String> leads = new ArrayList<>();
        for (JsonNode source : sources.values()) {
            source.findValues("datasourceUid").forEach(uid -> leads.add(uid.asText()));
        }
        assertThat(leads).hasSizeGreaterThan(3);
        assertThat(sources.keySet()).containsAll(leads);
        JsonNode loki =
                Objects.requireNonNull(sources.get("robustmq-loki"))
                        .at("/jsonData/derivedFields/0");
        assertThat(loki.path("matcherType").asText()).isEqualTo("label");
        assertThat(loki.path("matcherRegex").asText())
                .isEqualTo(
                        Packaging.yaml("loki/fields.json")
                                .at("/structured_metadata/trace_id")
                                .asText());
        assertThat(
                        Objects.requireNonNull(sources.get("robustmq-prometheus"))
                                .at("/jsonData/exemplarTraceIdDestinations/0/name")
                                .asText())
                .isEqualTo("trace_id");
    }

    @Test
    void grafana_is_told_each_address_that_its_provisioning_asks_for() throws Exception {
        JsonNode grafana = services("compose.yaml").path("grafana");
        for (String file : List.of("datasources/robustmq.yaml", "dashboards/robustmq.yaml")) {
            Pattern.compile("(?<!\\$)\\$\\{([A-Z_]+)}")
                    .matcher(Files.readString(PROVISIONING.resolve(file)))
                    .results()
                    .forEach(found ->
                            assertThat(grafana.path("environment").has(found.group(1)))
                                    .as(found.group(1))
                                    .isTrue());
        }
        Map<String, String> mounts = new TreeMap<>();
        for (JsonNode volume : grafana.path("volumes")) {
            mounts.put(volume.path("target").asText(), volume.path("source").asText());
        }
        assertThat(mounts.get(grafana.at("/environment/ROBUSTMQ_DASHBOARDS").asText()))
                .isEqualTo(Repository.root().resolve("dashboards").toString());
    }

    private static Map<String, JsonNode> sources() {
        Map<String, JsonNode> sources = new TreeMap<>();
        for (JsonNode source :
                Packaging.yaml("grafana/provisioning/datasources/robustmq.yaml")
                        .path("datasources")) {
            assertThat(sources.put(source.path("uid").asText(), source)).isNull();
        }
        return sources;
    }
}
