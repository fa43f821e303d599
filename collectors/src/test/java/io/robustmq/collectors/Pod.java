package io.robustmq.collectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A pod of a StatefulSet as a process: the container's arguments, environment and mounted files are
 * those of the chart. Two things stand in for Kubernetes: what listens on all addresses listens on
 * one of loopback that is the pod's, and folders of the test are where the volumes would be.
 */
final class Pod implements AutoCloseable {
    private final Workload set;
    private final String name;
    private final String address;
    private final List<String> command;
    private final Map<String, String> environment;
    private final Path folder;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private @Nullable ChildProcess process;

    /**
     * @param address where it listens
     * @param volumes what is mounted, by the volume's name; the rest is the pod's own
     * @param hosts a file that says which name is at which address, as the cluster's DNS does
     */
    Pod(
            Workload set,
            int ordinal,
            String address,
            Path folder,
            Map<String, Path> volumes,
            Path hosts)
            throws IOException {
        this.set = set;
        this.name = set.name() + "-" + ordinal;
        this.address = address;
        this.folder = Files.createDirectories(folder.resolve(name));
        Map<String, String> paths = new TreeMap<>(Comparator.reverseOrder());
        for (Map.Entry<String, String> mount : set.mounts().entrySet()) {
            if (mount.getKey().equals("tmp")) {
                continue; // the machine has one
            }
            Path own = this.folder.resolve(mount.getKey());
            Path at = volumes.getOrDefault(mount.getKey(), own);
            if (mount.getKey().equals("config")) {
                // mounted as a file, which has the name that it has in the ConfigMap
                at = own.resolve(Path.of(mount.getValue()).getFileName());
            }
            paths.put(mount.getValue(), at.toString());
        }
        Files.createDirectories(this.folder.resolve("data"));
        Path source = Objects.requireNonNull(volumes.get("config"));
        String mounted = Objects.requireNonNull(set.mounts().get("config"));
        Path config = Path.of(Objects.requireNonNull(paths.get(mounted)));
        Files.createDirectories(config.getParent());
        Files.writeString(
                config,
                here(Files.readString(source.resolve(config.getFileName())), paths)
                        .replace("\"0.0.0.0:", "\"" + address + ":"));
        command = new ArrayList<>();
        command.add(Repository.root().resolve("bin/robustmq").toString());
        set.container().path("args").forEach(each -> command.add(here(each.asText(), paths)));
        environment = set.environment(name, "machine-" + ordinal);
        environment.merge(
                "ROBUSTMQ_JAVA_OPTS",
                "-Xmx256m -Djdk.net.hosts.file=" + hosts,
                (own, more) -> own + " " + more);
        environment.put("ROBUSTMQ_BUILD", "never");
    }

    private static String here(String text, Map<String, String> paths) {
        String result = text;
        for (Map.Entry<String, String> path : paths.entrySet()) {
            result = result.replace(path.getKey(), path.getValue());
        }
        return result;
    }

    String name() {
        return name;
    }

    String address() {
        return address;
    }

    void start() throws IOException {
        process = ChildProcess.start(name, folder, environment, command);
    }

    /** {@code robustmq config check} of what it would start with. */
    List<String> checkCommand() {
        List<String> check = new ArrayList<>(List.of(command.getFirst(), "config", "check"));
        check.add("--role=" + command.get(1));
        check.addAll(command.subList(2, command.size()));
        return check;
    }

    Map<String, String> environment() {
        return environment;
    }

    ChildProcess process() {
        return Objects.requireNonNull(process, "it was not started");
    }

    /** What Kubernetes would learn from this probe; 0 if nobody listens. */
    int probed(String probe) throws Exception {
        JsonNode get = set.container().path(probe).path("httpGet");
        try {
            return get(get.path("path").asText(), get.path("port").asText()).statusCode();
        } catch (IOException nobody) {
            return 0;
        }
    }

    HttpResponse<String> get(String path, String port) throws Exception {
        URI uri = URI.create("http://" + address + ":" + set.port(port) + path);
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(60)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** What Kubernetes gives it to end after SIGTERM. */
    Duration grace() {
        return Duration.ofSeconds(set.pod().path("terminationGracePeriodSeconds").asLong());
    }

    @Override
    public void close() {
        http.close();
        if (process != null) {
            process.close();
        }
    }
}
