package io.robustmq.soak;

import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.RobustMq;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The process, and what the system and its JVM say of it. */
final class Node implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Pattern CLASS =
            Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");
    private static final double TICKS_PER_SECOND = 100;

    private final RobustMq node;

    Node(RobustMq node) {
        this.node = node;
    }

    /** What has to come back to where it was. */
    record Use(long liveHeapBytes, int openFiles, int threads, long residentBytes) {}

    RobustMq robustMq() {
        return node;
    }

    int port() {
        return node.mqttPort();
    }

    long connections() throws Exception {
        return (long) node.metrics().sum("robustmq_mqtt_connections");
    }

    Use use() throws Exception {
        long live = histogram().values().stream().mapToLong(Long::longValue).sum();
        String[] files = new File(proc("fd").toString()).list();
        return new Use(
                live,
                files == null ? 0 : files.length,
                (int) status("Threads:"),
                status("VmRSS:") * 1024);
    }

    /** Bytes of live objects by class; counting them takes a whole collection. */
    Map<String, Long> histogram() throws Exception {
        Map<String, Long> bytes = new HashMap<>();
        for (String line : jcmd("GC.class_histogram")) {
            Matcher row = CLASS.matcher(line);
            if (row.matches()) {
                bytes.merge(row.group(3), Long.parseLong(row.group(2)), Long::sum);
            }
        }
        return bytes;
    }

    /** Seconds of CPU that it has used so far. */
    double cpuSeconds() throws IOException {
        String stat = Files.readString(proc("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** Events that must not be: of an error, or a library's complaint such as of a leak. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        node.records().stream()
                .filter(record ->
                        record.path("level").asText().equals("error")
                                || record.path("event").asText().equals("foreign.line"))
                .forEach(record -> faults.add(record.toString()));
        return faults;
    }

    private List<String> jcmd(String command) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try (ChildProcess child =
                ChildProcess.start(
                        "jcmd",
                        Path.of("/"),
                        Map.of(),
                        List.of(jcmd.toString(), "" + node.process().pid(), command))) {
            int exit = child.awaitExit(LIMIT);
            if (exit != 0) {
                throw new IOException("jcmd ended with " + exit + ": " + child.stderr());
            }
            return child.stdout();
        }
    }

    private long status(String key) throws IOException {
        for (String line : Files.readAllLines(proc("status"))) {
            if (line.startsWith(key)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no " + key);
    }

    private Path proc(String file) {
        return Path.of("/proc/" + node.process().pid() + "/" + file);
    }

    @Override
    public void close() {
        node.close();
    }
}
