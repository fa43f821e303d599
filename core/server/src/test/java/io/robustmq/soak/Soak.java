package io.robustmq.soak;

import io.robustmq.testkit.Await;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Rounds of visitors, and connections that do nothing; the process is measured in between. */
final class Soak {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int WITNESSES = 2;
    private static final int ROWS = 20;

    private Soak() {}

    /**
     * What was there before the rounds that count, and after each.
     *
     * @param witnessed messages of the witness, none of which was lost
     */
    record Rounds(Node.Use before, List<Node.Use> after, int witnessed, List<String> faults) {}

    /** The first round is not counted: code is loaded, pools and tables grow. */
    static Rounds rounds(Path data, int connections, int rounds, long seed) throws Exception {
        try (Node node =
                        new Node(
                                RobustMq.in(data)
                                        .environment(
                                                "ROBUSTMQ_JAVA_OPTS",
                                                "-Dio.netty.leakDetection.level=paranoid")
                                        .set("mqtt.connect-timeout", "5s")
                                        .set("sinks.console.level", "warn")
                                        .start());
                Witness witness = new Witness(node.port())) {
            Future<Integer> counting = witness.start();
            Visitors visitors = new Visitors(node.port(), seed);
            List<Node.Use> after = new ArrayList<>();
            for (int round = 0; round <= rounds; round++) {
                visitors.round(round, connections);
                Await.untilTrue(
                        "only the witness is connected",
                        LIMIT,
                        () -> node.connections() == WITNESSES);
                after.add(node.use());
            }
            int witnessed = witness.finish(counting);
            return new Rounds(after.removeFirst(), after, witnessed, node.faults());
        }
    }

    /**
     * @param cpu share of one core while nothing happens
     * @param growth bytes that came with the connections, by class, most first
     */
    record Idle(
            Node.Use before,
            Node.Use with,
            double cpu,
            List<Map.Entry<String, Long>> growth,
            List<String> faults) {
        double heapBytesEach(int connections) {
            return (with.liveHeapBytes() - before.liveHeapBytes()) / (double) connections;
        }
    }

    static Idle idle(Path data, int connections, int seconds) throws Exception {
        List<Line> all = new ArrayList<>();
        try (Node node = new Node(RobustMq.in(data).set("sinks.console.level", "warn").start())) {
            open(all, node.port(), 100, 0);
            node.use(); // what the first connections load
            Node.Use before = node.use();
            Map<String, Long> classes = node.histogram();
            open(all, node.port(), connections, 100);
            Node.Use with = node.use();
            Map<String, Long> growth = new HashMap<>(node.histogram());
            classes.forEach((name, bytes) -> growth.merge(name, -bytes, Long::sum));
            double cpuBefore = node.cpuSeconds();
            long began = System.nanoTime();
            TimeUnit.SECONDS.sleep(seconds);
            double cpu = (node.cpuSeconds() - cpuBefore) / ((System.nanoTime() - began) / 1e9);
            return new Idle(before, with, cpu, largest(growth), node.faults());
        } finally {
            for (Line each : all) {
                each.close();
            }
        }
    }

    private static void open(List<Line> all, int port, int more, int from) throws IOException {
        for (int i = from; i < from + more; i++) {
            Line line = new Line(port);
            all.add(line);
            line.connect("idle-" + i, 600);
        }
    }

    private static List<Map.Entry<String, Long>> largest(Map<String, Long> growth) {
        return growth.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
                .limit(ROWS)
                .toList();
    }
}
