package io.robustmq.server;

import io.robustmq.journal.LocalDisk;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * {@code robustmq cluster dev}: a whole cluster on this machine for people to try, each node a
 * process of its own. One that ends is started again. Until it is told to stop, then all end in
 * order: brokers, journal servers, placement centers.
 */
final class ClusterDev {
    private static final String HOST = "127.0.0.1";
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(1);
    private static final long STOP_SECONDS = 30;

    private final ClusterArguments.Dev arguments;
    private final PrintStream out;
    private final List<Child> children = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private boolean stopping;

    ClusterDev(ClusterArguments.Dev arguments, PrintStream out) {
        this.arguments = arguments;
        this.out = out;
    }

    /** A node: how it is started, and its process. */
    private static final class Child {
        final String id;
        final int httpPort;
        final List<String> command;
        final Path output;
        @Nullable Process process;

        Child(String id, int httpPort, List<String> command, Path output) {
            this.id = id;
            this.httpPort = httpPort;
            this.command = command;
            this.output = output;
        }
    }

    /** What nodes of one role have their ports behind, from the base on. */
    private enum Ports {
        PLACEMENT_GRPC,
        PLACEMENT_HTTP,
        JOURNAL_GRPC,
        JOURNAL_TCP,
        JOURNAL_HTTP,
        CLUSTER,
        MQTT_HTTP
    }

    private int port(Ports which, int node) {
        return arguments.portBase() + 10 * which.ordinal() + node;
    }

    /** Returns when it was stopped. */
    ExitCode run() throws IOException, InterruptedException, StartFailure {
        long begun = System.nanoTime();
        for (int i = 1; i <= arguments.nodes(); i++) {
            mustBeFree(arguments.mqttPort() + i - 1, "--mqtt-port");
            for (Ports which : Ports.values()) {
                mustBeFree(port(which, i), "--port-base");
            }
        }
        new LocalDisk().createDirectories(arguments.data());
        for (int i = 1; i <= arguments.nodes(); i++) {
            children.add(placement(i));
        }
        for (int i = 1; i <= arguments.nodes(); i++) {
            children.add(journal(i));
        }
        for (int i = 1; i <= arguments.nodes(); i++) {
            children.add(broker(i));
        }
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stop));
        for (Child child : children) {
            start(child);
        }
        out.println(
                "RobustMQ cluster: "
                        + arguments.nodes()
                        + " placement centers, journal servers and brokers each; data in "
                        + arguments.data().toAbsolutePath().normalize());
        boolean told = false;
        while (keepRunning()) {
            if (!told && allAreReady()) {
                told = true;
                out.print(addresses(System.nanoTime() - begun));
                out.flush();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
        }
        return ExitCode.OK;
    }

    /** Else nodes would end as soon as they begin, or what answers is another cluster. */
    private static void mustBeFree(int port, String option) throws StartFailure {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true); // as servers do: what was closed lately is free
            probe.bind(new InetSocketAddress(HOST, port));
        } catch (IOException taken) {
            throw new StartFailure(
                    ExitCode.UNAVAILABLE,
                    at(port)
                            + " cannot be had ("
                            + taken.getMessage()
                            + "); is another cluster or broker running? "
                            + option
                            + " chooses others",
                    taken);
        }
    }

    private Child placement(int i) {
        String members =
                IntStream.rangeClosed(1, arguments.nodes())
                        .mapToObj(n -> "placement-" + n + "=" + at(port(Ports.PLACEMENT_GRPC, n)))
                        .collect(Collectors.joining(","));
        return child(
                "placement-center",
                "placement-" + i,
                port(Ports.PLACEMENT_HTTP, i),
                "placement.members=" + members,
                "grpc.listen=" + at(port(Ports.PLACEMENT_GRPC, i)));
    }

    private Child journal(int i) {
        return child(
                "journal-server",
                "journal-" + i,
                port(Ports.JOURNAL_HTTP, i),
                servers(),
                "grpc.listen=" + at(port(Ports.JOURNAL_GRPC, i)),
                "tcp.listen=" + at(port(Ports.JOURNAL_TCP, i)));
    }

    private Child broker(int i) {
        int most = Math.min(3, arguments.nodes());
        return child(
                "mqtt-server",
                "mqtt-" + i,
                port(Ports.MQTT_HTTP, i),
                servers(),
                "cluster.listen=" + at(port(Ports.CLUSTER, i)),
                "cluster.replicas=" + most,
                "cluster.ack-quorum=" + (most / 2 + 1),
                "mqtt.listen=" + at(arguments.mqttPort() + i - 1),
                "mqtt.tls.listen=",
                "mqtt.ws.listen=",
                "mqtt.wss.listen=",
                "mqtt.quic.listen=");
    }

    private String servers() {
        return "placement.servers="
                + IntStream.rangeClosed(1, arguments.nodes())
                        .mapToObj(n -> at(port(Ports.PLACEMENT_GRPC, n)))
                        .collect(Collectors.joining(","));
    }

    private static String at(int port) {
        return HOST + ":" + port;
    }

    private Child child(String role, String id, int httpPort, String... settings) {
        Path data = arguments.data().resolve(id);
        List<String> command = new ArrayList<>(inOwnSession());
        command.addAll(itself());
        command.addAll(List.of(role, "--conf=/dev/null"));
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("node-id=" + id);
        all.add("data.directory=" + data.toAbsolutePath());
        all.add("http.listen=" + at(httpPort));
        all.add("sinks.console.enabled=false");
        for (String each : all) {
            command.addAll(List.of("--set", each));
        }
        return new Child(id, httpPort, command, arguments.data().resolve(id + ".out"));
    }

    /** Ctrl-C is for this process alone, which stops the others one after the other. */
    private static List<String> inOwnSession() {
        File setsid = new File("/usr/bin/setsid");
        return setsid.canExecute() ? List.of(setsid.getPath()) : List.of();
    }

    /** The JVM with the options of this one. */
    private static List<String> itself() {
        ProcessHandle.Info self = ProcessHandle.current().info();
        List<String> command = new ArrayList<>();
        command.add(self.command().orElse("java"));
        for (String each : self.arguments().orElse(new String[0])) {
            command.add(each);
            if (each.endsWith(".jar")) {
                break;
            }
        }
        return command;
    }

    private synchronized void start(Child child) throws IOException {
        if (!stopping) {
            child.process =
                    new ProcessBuilder(child.command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(child.output.toFile()))
                            .start();
        }
    }

    /** Starts again what has ended; false once it is stopping. */
    private boolean keepRunning() throws IOException {
        for (Child child : children) {
            Process process = child.process;
            if (process != null && !process.isAlive() && !isStopping()) {
                out.println(
                        child.id
                                + " ended with "
                                + process.exitValue()
                                + ", is started again; see "
                                + child.output);
                start(child);
            }
        }
        return !isStopping();
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private boolean allAreReady() throws InterruptedException {
        for (Child child : children) {
            HttpRequest request =
                    HttpRequest.newBuilder(
                                    URI.create("http://" + at(child.httpPort) + "/health/ready"))
                            .timeout(ANSWER)
                            .build();
            try {
                int status =
                        http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
                if (status != 200) {
                    return false;
                }
            } catch (IOException notYet) {
                return false;
            }
        }
        return true;
    }

    private String addresses(long nanos) {
        StringBuilder text = new StringBuilder("ready in " + nanos / 1_000_000 + " ms\n");
        line(
                text,
                "MQTT",
                IntStream.range(0, arguments.nodes())
                        .mapToObj(n -> "mqtt://" + at(arguments.mqttPort() + n)));
        line(text, "brokers", urls(Ports.MQTT_HTTP));
        line(text, "journal", urls(Ports.JOURNAL_HTTP));
        line(text, "placement", urls(Ports.PLACEMENT_HTTP));
        line(
                text,
                "gRPC",
                IntStream.rangeClosed(1, arguments.nodes())
                        .mapToObj(n -> at(port(Ports.PLACEMENT_GRPC, n))));
        text.append("  try it: kill -9 one of them and see who goes on\n");
        for (Child child : children) {
            Process process = child.process;
            text.append("  ").append(child.id).append(" is process ");
            text.append(process == null ? "-" : process.pid()).append('\n');
        }
        return text.append("Ctrl-C stops it\n").toString();
    }

    private java.util.stream.Stream<String> urls(Ports which) {
        return IntStream.rangeClosed(1, arguments.nodes())
                .mapToObj(n -> "http://" + at(port(which, n)));
    }

    private static void line(
            StringBuilder text, String what, java.util.stream.Stream<String> where) {
        text.append("  ").append(what).append(" ".repeat(10 - what.length()));
        text.append(where.collect(Collectors.joining(" "))).append('\n');
    }

    private void stop() {
        synchronized (this) {
            stopping = true;
        }
        int each = arguments.nodes();
        // whoever needs others ends first
        for (int first = children.size() - each; first >= 0; first -= each) {
            List<Child> role = children.subList(first, first + each);
            role.forEach(child -> {
                if (child.process != null) {
                    child.process.destroy();
                }
            });
            role.forEach(ClusterDev::awaitEnd);
        }
    }

    private static void awaitEnd(Child child) {
        Process process = child.process;
        if (process == null) {
            return;
        }
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
