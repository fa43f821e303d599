package io.robustmq.collectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The nodes that the chart describes, as processes with the names and files that it gives them. */
@NeedsPart({Part.PACKAGING, Part.MOSQUITTO})
final class ChartIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir Path folder;
    private final List<Pod> pods = new ArrayList<>();

    private final Map<String, Path> volumes = new TreeMap<>();
    private List<Workload> sets = List.of();

    private void render(String values, String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(
                        List.of("-f", Packaging.CHART.resolve("ci").resolve(values).toString()));
        arguments.addAll(List.of(more));
        List<JsonNode> objects = Packaging.rendered(folder, arguments.toArray(String[]::new));
        sets = Workload.kind(objects, "StatefulSet").map(Workload::new).toList();
        Path config = Files.createDirectory(folder.resolve("config"));
        String name =
                sets.getFirst()
                        .object()
                        .at("/spec/template/spec/volumes/0/configMap/name")
                        .asText();
        for (Map.Entry<String, JsonNode> file :
                Workload.named(objects, "ConfigMap", name).path("data").properties()) {
            Files.writeString(config.resolve(file.getKey()), file.getValue().asText());
        }
        volumes.put("config", config);
        StringBuilder names = new StringBuilder();
        Path hosts = folder.resolve("hosts");
        for (Workload set : sets) {
            for (int ordinal = 0; ordinal < set.replicas(); ordinal++) {
                // nothing else listens there, so that the ports are those of the chart
                String address = "127.77." + (sets.indexOf(set) + 1) + "." + (ordinal + 1);
                names.append(address).append(' ').append(set.name()).append('-').append(ordinal);
                names.append('.').append(domain(set)).append('\n');
                pods.add(new Pod(set, ordinal, address, folder, volumes, hosts));
            }
        }
        Files.writeString(hosts, names);
    }

    private static String domain(Workload set) {
        return set.object().at("/spec/serviceName").asText() + ".default.svc.cluster.local";
    }

    /** With the names that NOTES.txt says. */
    private void certificates(Path tls) throws Exception {
        TestCertificates authority = TestCertificates.authority("nodes");
        authority.write(tls.resolve("ca.crt"));
        authority
                .server(sets.stream().map(set -> "*." + domain(set)).toArray(String[]::new))
                .write(tls.resolve("tls.crt"), tls.resolve("tls.key"));
    }

    private void users(Path users) throws Exception {
        List<String> add =
                List.of(
                        Repository.root().resolve("bin/robustmq").toString(),
                        "users",
                        "add",
                        "ann",
                        "--password-stdin",
                        "--file=" + users.resolve("passwords"));
        try (ChildProcess process =
                ChildProcess.start(
                        "users", folder, Map.of("ROBUSTMQ_BUILD", "never"), add, "secret\n")) {
            assertThat(process.awaitExit(LIMIT)).as("%s", process.stderr()).isZero();
        }
    }

    @AfterEach
    void close() {
        pods.forEach(Pod::close);
    }

    private Pod pod(String name) {
        return pods.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void its_nodes_find_each_other_pass_a_message_and_stop_in_the_time_that_they_have()
            throws Exception {
        volumes.put("tls", Files.createDirectory(folder.resolve("tls")));
        volumes.put("users", Files.createDirectory(folder.resolve("users")));
        render(
                "default.yaml",
                "--set",
                "placement.replicas=1,journal.replicas=2,broker.replicas=2");
        certificates(folder.resolve("tls"));
        users(folder.resolve("users"));
        for (Pod each : pods) {
            each.start();
        }
        for (Pod each : pods) {
            Await.until(
                    each.name() + " is ready",
                    LIMIT,
                    () -> {
                        assertThat(each.process().isAlive())
                                .as("%s", each.process().stderr())
                                .isTrue();
                        return each.probed("readinessProbe") == 200
                                ? Optional.of(true)
                                : Optional.empty();
                    },
                    () -> String.join("\n", each.process().stdout()));
            assertThat(each.probed("livenessProbe")).isEqualTo(200);
            assertThat(each.probed("startupProbe")).isEqualTo(200);
            assertThat(each.get("/metrics", "http").body()).contains("robustmq_build_info{");
        }

        MosquittoClients clients = new MosquittoClients(1883);
        String[] ann = {"-V", "mqttv5", "-u", "ann", "-P", "secret", "-q", "1", "-t", "a/b"};
        String one = pod("mq-robustmq-broker-0").address();
        String other = pod("mq-robustmq-broker-1").address();
        try (MosquittoClients.Subscriber subscriber =
                clients.subscribe(with(ann, "-h", one, "-i", "kitchen"))) {
            assertThat(
                            clients.publish(with(ann, "-h", other, "-i", "probe", "-m", "hello"))
                                    .exitCode())
                    .isZero();
            assertThat(subscriber.await(1).getFirst().payload()).isEqualTo("hello");
        }
        assertThat(
                        clients.publish(
                                        "-V", "mqttv5", "-u", "ann", "-P", "wrong", "-h", one, "-t",
                                        "a/b", "-m", "x")
                                .exitCode())
                .isNotZero();

        for (Pod each : pods.reversed()) {
            ProcessHandle.of(each.process().pid()).orElseThrow().destroy();
            assertThat(each.process().awaitExit(each.grace())).as(each.name()).isZero();
        }
    }

    @Test
    void the_broker_knows_each_key_and_value_of_every_option() throws Exception {
        Path users = Files.createDirectory(folder.resolve("users"));
        volumes.put("users", users);
        users(users);
        Files.writeString(users.resolve("rules"), "topic read news\n");
        render(
                "everything.yaml",
                "--set",
                "placement.replicas=1,journal.replicas=1,broker.replicas=1");
        for (Pod each : pods) {
            try (ChildProcess check =
                    ChildProcess.start(
                            each.name(), folder, each.environment(), each.checkCommand())) {
                int exitCode = check.awaitExit(LIMIT);
                assertThat(exitCode).as("%s%n%s", each.name(), check.stderr()).isZero();
            }
        }
    }

    private static String[] with(String[] arguments, String... more) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }
}
