package io.robustmq.crash;

import io.robustmq.testkit.Await;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.Scrape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The process under a benchmark, with limits that are not what is measured. */
final class BenchBroker implements AutoCloseable {
    private static final Pattern HEAP =
            Pattern.compile("(?:committed|total) (\\d+)K, used (\\d+)K");
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int SUBSCRIBE_AT_ONCE = 500;
    private static final int PUBLISHERS = 8;
    private static final int WINDOW = 500;

    private final RobustMq node;
    private final Loader loader;

    /** Seconds from the start of the process. */
    record Start(double ready, double connack) {}

    private BenchBroker(RobustMq node) {
        this.node = node;
        this.loader = new Loader(node.mqttPort());
    }

    /** {@code ROBUSTMQ_JAVA_OPTS} of this process wins over {@code options}. */
    static BenchBroker launched(Path data, String options) throws IOException {
        String own = System.getenv("ROBUSTMQ_JAVA_OPTS");
        return new BenchBroker(
                RobustMq.in(data)
                        .environment("ROBUSTMQ_JAVA_OPTS", own == null ? options : own)
                        .set("mqtt.max-queued-messages", "100000000")
                        .set("mqtt.max-queued-bytes", "1TiB")
                        .set("sinks.console.level", "warn")
                        .set("sinks.file.enabled", "false")
                        .launch());
    }

    /** Waits until it serves, on both of its doors. */
    Start started() throws Exception {
        long began = System.nanoTime();
        AtomicLong connack = new AtomicLong();
        Thread client =
                Thread.ofVirtual()
                        .start(() -> {
                            awaitConnack();
                            connack.set(System.nanoTime());
                        });
        Await.untilTrue("/health/ready", LIMIT, this::isReady);
        double ready = DurableBenchmark.secondsSince(began);
        client.join();
        return new Start(ready, (connack.get() - began) / 1e9);
    }

    /** Payloads of the records that the journal has acknowledged. */
    long appendedBytes() throws Exception {
        Scrape scrape = new Scrape(node.get("/metrics").body());
        return (long) scrape.sum("robustmq_journal_appended_bytes_total");
    }

    private boolean isReady() throws Exception {
        if (!node.process().isAlive()) {
            throw new AssertionError("it ended: " + node.process().stderr());
        }
        try {
            return node.get("/health/ready").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private void awaitConnack() {
        while (node.process().isAlive()) {
            try (Wire wire = Wire.connected(node.mqttPort(), true, "first", Out.Hello.CLEAN)) {
                wire.send(wire.out().disconnect());
                return;
            } catch (IOException e) {
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Kept sessions named by number, each with one subscription; sessions per second. */
    double subscribe(int sessions, IntFunction<String> filter) throws IOException {
        long began = System.nanoTime();
        int[] next = {0};
        loader.run(
                SUBSCRIBE_AT_ONCE,
                () ->
                        next[0] == sessions
                                ? null
                                : new Peers.Subscribe(session(next[0]), filter.apply(next[0]++)));
        return sessions / DurableBenchmark.secondsSince(began);
    }

    static String session(int number) {
        return "session-" + number;
    }

    /** Messages per second. */
    double publish(long messages, LongFunction<Peers.Message> message) throws IOException {
        long began = System.nanoTime();
        long[] next = {0};
        int[] publishers = {0};
        int most = (int) Math.min(PUBLISHERS, messages);
        loader.run(
                most,
                () ->
                        publishers[0] == most
                                ? null
                                : new Peers.Publish(
                                        "publisher-" + publishers[0]++,
                                        WINDOW,
                                        () -> next[0] == messages ? -1 : next[0]++,
                                        message));
        return messages / DurableBenchmark.secondsSince(began);
    }

    /** So many sessions, from number 0 in steps, each of which must get so many; per second. */
    double drain(int sessions, int step, long messagesEach) throws IOException {
        long began = System.nanoTime();
        int[] next = {0};
        loader.run(
                SUBSCRIBE_AT_ONCE,
                () ->
                        next[0] == sessions
                                ? null
                                : new Peers.Drain(session(step * next[0]++), messagesEach));
        return sessions * messagesEach / DurableBenchmark.secondsSince(began);
    }

    long residentBytes() throws IOException {
        for (String line :
                Files.readAllLines(Path.of("/proc/" + node.process().pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS");
    }

    /** Of the heap, from {@code jcmd GC.heap_info}: used and committed. */
    String heap() throws Exception {
        Matcher sizes = HEAP.matcher(String.join(" ", jcmd("GC.heap_info")));
        if (!sizes.find()) {
            return "?";
        }
        return "%,d of %,d"
                .formatted(
                        Long.parseLong(sizes.group(2)) >> 10, Long.parseLong(sizes.group(1)) >> 10);
    }

    /** So that the heap holds what is used, and nothing else. */
    void collectGarbage() throws Exception {
        jcmd("GC.run");
    }

    private List<String> jcmd(String command) throws Exception {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try (ChildProcess child =
                ChildProcess.start(
                        "jcmd",
                        Path.of("/"),
                        Map.of(),
                        List.of(jcmd.toString(), "" + node.process().pid(), command))) {
            child.awaitExit(LIMIT);
            return child.stdout();
        }
    }

    void kill() throws InterruptedException {
        node.kill();
    }

    @Override
    public void close() {
        node.close();
    }
}
