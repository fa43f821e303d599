package io.robustmq.chaos;

import io.robustmq.testkit.Repository;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One process of the cluster, that may be started and ended many times. By one thread. */
final class Node implements AutoCloseable {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private static final long STOP_SECONDS = 60;

    private final Role role;
    private final int index;
    private final Path folder;
    private final List<String> command;
    private final String httpAddress;
    private final Map<String, String> environment = new TreeMap<>();
    private @Nullable Process process;

    /**
     * @param prefix what stands before the command
     * @param settings without those that every node has
     */
    Node(
            Role role,
            int index,
            Path folder,
            List<String> prefix,
            String httpAddress,
            List<String> settings) {
        this.role = role;
        this.index = index;
        this.folder = folder;
        this.httpAddress = httpAddress;
        this.command = new ArrayList<>(prefix);
        command.add(Repository.root().resolve("bin").resolve("robustmq").toString());
        command.addAll(List.of(role.command, "--conf=/dev/null"));
        List<String> all = new ArrayList<>(settings);
        all.add("node-id=" + name());
        all.add("data.directory=" + folder.resolve("data"));
        all.add("http.listen=" + httpAddress);
        all.add("sinks.console.enabled=false");
        all.add("sinks.file.directory=" + logs());
        all.add("events.directory=" + folder.resolve("events"));
        for (String each : all) {
            command.addAll(List.of("--set", each));
        }
    }

    String name() {
        return role.node(index);
    }

    Role role() {
        return role;
    }

    /** Of its role, from 1. */
    int index() {
        return index;
    }

    Path data() {
        return folder.resolve("data");
    }

    /** What its file sink writes. */
    Path logs() {
        return folder.resolve("logs");
    }

    /** Its clock can be set from now on, where Debian's libfaketime is; false where it is not. */
    boolean hasClockOfItsOwn() throws IOException {
        for (Path folder :
                List.of(
                        Path.of("/usr/lib/x86_64-linux-gnu"),
                        Path.of("/usr/lib/aarch64-linux-gnu"))) {
            Path library = folder.resolve("faketime/libfaketimeMT.so.1");
            if (Files.exists(library)) {
                setClock(0);
                environment.put("LD_PRELOAD", library.toString());
                environment.put("FAKETIME_TIMESTAMP_FILE", clock().toString());
                environment.put("FAKETIME_CACHE_DURATION", "1");
                environment.put("DONT_FAKE_MONOTONIC", "1");
                // else each timed wait of the JVM ends at once, and its threads spin
                environment.put("FAKETIME_FORCE_MONOTONIC_FIX", "0");
                environment.put("NO_FAKE_STAT", "1");
                return true;
            }
        }
        return false;
    }

    private Path clock() {
        return folder.resolve("clock");
    }

    void setClock(int aheadSeconds) throws IOException {
        Path next = folder.resolve("clock.next");
        Files.writeString(next, (aheadSeconds < 0 ? "" : "+") + aheadSeconds + "\n");
        Files.move(next, clock(), StandardCopyOption.ATOMIC_MOVE);
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    void start() throws IOException {
        Files.createDirectories(data());
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve("console").toFile()));
        builder.environment().put("ROBUSTMQ_BUILD", "never");
        builder.environment()
                .putIfAbsent(
                        "ROBUSTMQ_JAVA_OPTS", "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** By name, as {@code kill} takes it. */
    private void signal(String signal) throws IOException, InterruptedException {
        if (process != null && process.isAlive()) {
            Commands.run("kill", "-" + signal, Long.toString(process.pid()));
        }
    }

    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    void stop() throws IOException, InterruptedException {
        signal("STOP");
    }

    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    void terminate() throws IOException, InterruptedException {
        signal("TERM");
    }

    /** Null if it ended with 0 in time, else what it did. */
    @Nullable String awaitEnd() throws InterruptedException {
        if (process == null) {
            return null;
        }
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            return name() + " does not end though it was told to";
        }
        return process.exitValue() == 0
                ? null
                : name() + " ended with " + process.exitValue() + " when it was told to end";
    }

    boolean isReady() throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + httpAddress + "/health/ready"))
                        .timeout(Duration.ofSeconds(1))
                        .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
