package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, by Helm and by Kubernetes' own types. */
@NeedsPart(Part.PACKAGING)
final class HelmChartTest {
    private static final Set<String> ROLES = Set.of("placement", "journal", "broker");

    @TempDir Path folder;

    private static String values(String name) {
        return Packaging.CHART.resolve("ci").resolve(name + ".yaml").toString();
    }

    private List<JsonNode> rendered(String name, String... more) throws Exception {
        return Packaging.rendered(
                folder,
                Stream.concat(Stream.of("-f", values(name)), Stream.of(more))
                        .toArray(String[]::new));
    }

    private static Packaging.Ended refused(String... sets) throws Exception {
        Stream<String> all =
                Stream.concat(
                        Stream.of("template", "mq", Packaging.CHART.toString()),
                        Stream.of(sets).flatMap(set -> Stream.of("--set", set)));
        Packaging.Ended ended = Packaging.helm(all.toArray(String[]::new));
        assertThat(ended.exitCode()).as(String.join("\n", ended.out())).isNotZero();
        return ended;
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "default", "everything"})
    void helm_has_nothing_to_complain_about(String name) throws Exception {
        Packaging.helm("lint", "--strict", Packaging.CHART.toString(), "-f", values(name)).fine();
        Packaging.helm(
                        "install",
                        "mq",
                        Packaging.CHART.toString(),
                        "--dry-run=client",
                        "-f",
                        values(name))
                .fine();
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "default", "everything"})
    void what_its_objects_name_of_each_other_is_there(String name) throws Exception {
        List<JsonNode> objects = rendered(name);
        List<Workload> workloads = Workload.of(objects);
        assertThat(workloads.stream().map(Workload::component)).containsAll(ROLES);
        for (Workload workload : workloads) {
            assertThat(workload.isSelectedBy(workload.object().at("/spec/selector/matchLabels")))
                    .isTrue();
            Workload.named(
                    objects, "ServiceAccount", workload.pod().path("serviceAccountName").asText());
            Set<String> volumes = new TreeSet<>();
            for (JsonNode volume : workload.pod().path("volumes")) {
                volumes.add(volume.path("name").asText());
                String configMap = volume.at("/configMap/name").asText();
                if (!configMap.isEmpty()) {
                    Workload.named(objects, "ConfigMap", configMap);
                }
            }
            for (JsonNode claim : workload.object().at("/spec/volumeClaimTemplates")) {
                volumes.add(claim.at("/metadata/name").asText());
            }
            assertThat(workload.mounts().keySet()).as(workload.name()).isEqualTo(volumes);
            for (String probe : List.of("livenessProbe", "readinessProbe")) {
                JsonNode get = workload.container().path(probe).path("httpGet");
                assertThat(workload.port(get.path("port").asText())).isPositive();
            }
        }
        for (JsonNode service : Workload.kind(objects, "Service").toList()) {
            List<Workload> behind =
                    workloads.stream()
                            .filter(each -> each.isSelectedBy(service.at("/spec/selector")))
                            .toList();
            assertThat(behind).as(Workload.name(service)).hasSize(1);
            for (JsonNode port : service.at("/spec/ports")) {
                assertThat(behind.getFirst().port(port.path("targetPort").asText()))
                        .isEqualTo(port.path("port").asInt());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"small", "default", "everything"})
    void each_pod_has_bounds_and_no_rights_and_each_secret_is_named_only(String name)
            throws Exception {
        List<JsonNode> objects = rendered(name);
        assertThat(Workload.kind(objects, "Secret")).isEmpty();
        for (Workload workload : Workload.of(objects)) {
            JsonNode container = workload.container();
            JsonNode may = container.path("securityContext");
            assertThat(may.path("readOnlyRootFilesystem").asBoolean()).isTrue();
            assertThat(may.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
            assertThat(may.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
            assertThat(workload.pod().at("/securityContext/seccompProfile/type").asText())
                    .isEqualTo("RuntimeDefault");
            assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
            assertThat(container.at("/resources/requests/cpu").asText()).isNotEmpty();
            assertThat(container.path("image").asText()).matches(".+(:[0-9][^:]*|@sha256:.{64})");
        }
        for (Workload set : Workload.kind(objects, "StatefulSet").map(Workload::new).toList()) {
            assertThat(set.pod().at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(set.object().at("/spec/podManagementPolicy").asText()).isEqualTo("Parallel");
            JsonNode heads =
                    Workload.named(
                            objects, "Service", set.object().at("/spec/serviceName").asText());
            assertThat(set.isSelectedBy(heads.at("/spec/selector"))).isTrue();
            assertThat(heads.at("/spec/clusterIP").asText()).isEqualTo("None");
            assertThat(heads.at("/spec/publishNotReadyAddresses").asBoolean()).isTrue();
        }
    }

    @Test
    void a_budget_lets_one_pod_of_each_role_go_at_a_time() throws Exception {
        List<JsonNode> objects = rendered("default");
        for (Workload workload : Workload.of(objects)) {
            List<JsonNode> budgets =
                    Workload.kind(objects, "PodDisruptionBudget")
                            .filter(each ->
                                    workload.isSelectedBy(each.at("/spec/selector/matchLabels")))
                            .toList();
            assertThat(budgets).hasSize(1);
            assertThat(budgets.getFirst().at("/spec/maxUnavailable").asInt()).isEqualTo(1);
        }
    }

    @Test
    void prometheus_finds_each_node_once_and_by_the_name_that_alerts_know() throws Exception {
        List<JsonNode> objects = rendered("everything");
        JsonNode monitor = Workload.named(objects, "ServiceMonitor", "mq");
        JsonNode expression = monitor.at("/spec/selector/matchExpressions/0");
        Set<String> wanted = new TreeSet<>();
        expression.path("values").forEach(value -> wanted.add(value.asText()));
        Set<String> found =
                Workload.kind(objects, "Service")
                        .map(service ->
                                service.path("metadata")
                                        .path("labels")
                                        .path(expression.path("key").asText())
                                        .asText())
                        .filter(wanted::contains)
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(found).isEqualTo(ROLES).isEqualTo(wanted);
        JsonNode relabelings = monitor.at("/spec/endpoints/0/relabelings");
        assertThat(relabelings.get(0).path("targetLabel").asText()).isEqualTo("job");
        assertThat(relabelings.get(0).path("replacement").asText()).isEqualTo("robustmq");
    }

    @Test
    void fluent_bit_gets_the_files_of_this_folder_with_what_the_values_say() throws Exception {
        JsonNode files =
                Workload.named(rendered("everything"), "ConfigMap", "mq-fluent-bit").path("data");
        for (String same :
                List.of("kubernetes.yaml", "robustmq.lua", "parsers.conf", "out-kafka.yaml")) {
            assertThat(files.path(same).asText())
                    .isEqualTo(
                            Files.readString(
                                    Packaging.COLLECTORS.resolve("fluent-bit").resolve(same)));
        }
        assertThat(files.path("out-loki.yaml").asText())
                .contains("\n  loki_host: \"loki.monitoring.svc\"\n  loki_port: 3100\n");
        assertThat(files.path("out-s3.yaml").asText()).contains("\n  s3_bucket: \"events$1\"\n");
        assertThat(files.path("main.yaml").asText()).contains("- kubernetes.yaml", "- out-s3.yaml");
        assertThat(files.path("extra.yaml").asText()).isEqualTo("pipeline: {}\n");
    }

    /** For who uses no Helm; {@code -Dgolden.update=true} writes them anew. */
    @Test
    void the_files_for_kubernetes_alone_are_what_the_chart_makes() throws Exception {
        golden("fluent-bit.yaml", "fluentBit.enabled=true");
        golden("servicemonitor.yaml", "serviceMonitor.enabled=true");
    }

    private void golden(String file, String option) throws Exception {
        String text =
                Packaging.helm(
                                "template",
                                "robustmq",
                                Packaging.CHART.toString(),
                                "-n",
                                "robustmq",
                                "-f",
                                values("default"),
                                "--set",
                                option,
                                "--show-only",
                                "templates/" + file)
                        .fine()
                        .stream()
                        .filter(line ->
                                !line.matches(
                                        " *(app.kubernetes.io/managed-by|helm.sh/chart):.*|# Source:.*"))
                        .collect(
                                Collectors.joining(
                                        "\n",
                                        "# Made of collectors/helm by HelmChartTest: do not edit. Namespace and name are robustmq.\n",
                                        "\n"));
        Path golden = Packaging.COLLECTORS.resolve("kubernetes").resolve(file);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, text);
        }
        assertThat(Files.readString(golden)).isEqualTo(text);
        assertThat(Packaging.objects("kubernetes", golden)).isNotEmpty();
    }

    @Test
    void what_must_be_said_is_asked_for_and_what_is_unknown_refused() throws Exception {
        assertThat(refused("tls.secretName=a").err()).contains("image.repository must be said");
        assertThat(refused("image.repository=a").err()).contains("tls.secretName must be said");
        assertThat(
                        refused(
                                        "image.repository=a",
                                        "tls.secretName=a",
                                        "broker.listeners.wss.enabled=true")
                                .err())
                .contains("broker.listeners.wss needs broker.tls.secretName");
        assertThat(refused("image.repository=a", "tls.secretName=a", "placement.replicas=2").err())
                .contains("placement");
        assertThat(refused("image.repository=a", "tls.secretName=a", "broker.replica=2").err())
                .contains("replica");
        assertThat(
                        refused(
                                        "image.repository=a",
                                        "tls.secretName=a",
                                        "fluentBit.enabled=true",
                                        "fluentBit.env.loki_host=b")
                                .err())
                .contains("fluentBit.env.loki_host: no such variable");
    }

    @Test
    void the_reader_of_manifests_refuses_what_kubernetes_would_ignore() throws Exception {
        Path wrong = folder.resolve("wrong.yaml");
        Files.writeString(
                wrong,
                """
                apiVersion: apps/v1
                kind: StatefulSet
                metadata: {name: a}
                spec: {replica: 3}
                """);
        Packaging.Ended ended = Packaging.read("kubernetes", wrong);
        assertThat(ended.exitCode()).isNotZero();
        assertThat(ended.err()).contains("unknown field \"spec.replica\"");
    }
}
