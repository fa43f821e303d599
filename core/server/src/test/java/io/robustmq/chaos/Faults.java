package io.robustmq.chaos;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Breaks a cluster, one fault after the other, as a seed decides. */
final class Faults {
    private static final Duration READY = Duration.ofSeconds(90);
    private static final long SAID_SECONDS_LATER = 1;

    private final Nine nine;
    private final SplittableRandom chance;
    private final Set<Kind> wanted;
    private final Consumer<String> out;
    private final long started;
    private final List<Fault> log = new ArrayList<>();
    private final List<Violation> violations = new ArrayList<>();

    Faults(
            Nine nine,
            SplittableRandom chance,
            Set<Kind> wanted,
            Consumer<String> out,
            long started) {
        this.nine = nine;
        this.chance = chance;
        this.wanted = wanted;
        this.out = out;
        this.started = started;
    }

    /** What can be done, and how likely it is. */
    enum Kind {
        KILL_BROKER(4, true),
        KILL_JOURNAL(2, true),
        KILL_CENTER(2, true),
        KILL_TWO(2, false),
        KILL_ALL(1, false),
        STOP_BROKER(3, true),
        STOP_OTHER(2, true),
        RESTART(2, true),
        ROLL(1, false),
        FULL_DISK(1, true),
        CUT(2, true),
        CUT_ONE_WAY(2, true),
        ISOLATE(2, true),
        SLOW(1, true),
        CLOCK(2, true);

        private final int weight;
        private final boolean single;

        Kind(int weight, boolean single) {
            this.weight = weight;
            this.single = single;
        }
    }

    List<Fault> log() {
        return log;
    }

    /** What went wrong with the faults' own end, such as nodes that do not become ready. */
    List<Violation> violations() {
        return violations;
    }

    /** One, to its end; false if the cluster did not come back, so that there is no use in more. */
    boolean next() throws IOException, InterruptedException {
        Kind kind = draw();
        long begun = System.nanoTime();
        int number = log.size() + 1;
        StringBuilder what = new StringBuilder();
        run(kind, what);
        long ended = System.nanoTime();
        List<String> waiting = nine.awaitReady(READY);
        Fault fault =
                new Fault(
                        number,
                        kind.toString(),
                        what.toString(),
                        kind.single,
                        begun,
                        ended,
                        System.nanoTime());
        log.add(fault);
        out.accept(
                String.format(
                        "%7.1f s  %d %s:%s, undone after %d ms, ready after %d ms more",
                        (begun - started) / 1e9,
                        number,
                        kind,
                        what,
                        TimeUnit.NANOSECONDS.toMillis(ended - begun),
                        TimeUnit.NANOSECONDS.toMillis(fault.ready() - ended)));
        if (!waiting.isEmpty()) {
            violations.add(
                    new Violation(
                            "a cluster whose nodes all run is ready",
                            waiting + " not within " + READY.toSeconds() + " s after " + fault,
                            System.nanoTime()));
            return false;
        }
        TimeUnit.SECONDS.sleep(SAID_SECONDS_LATER);
        pause(2_000);
        return true;
    }

    private Kind draw() {
        List<Kind> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            boolean can =
                    switch (kind) {
                        case FULL_DISK -> !nine.smallDisks().isEmpty();
                        case CLOCK -> !nine.clocks().isEmpty();
                        case CUT, CUT_ONE_WAY, ISOLATE, SLOW ->
                                nine.place().whyNoFaults().isEmpty();
                        case KILL_BROKER,
                                KILL_JOURNAL,
                                KILL_CENTER,
                                KILL_TWO,
                                KILL_ALL,
                                STOP_BROKER,
                                STOP_OTHER,
                                RESTART,
                                ROLL ->
                                true;
                    };
            for (int i = 0; can && wanted.contains(kind) && i < kind.weight; i++) {
                all.add(kind);
            }
        }
        return all.get(chance.nextInt(all.size()));
    }

    private void run(Kind kind, StringBuilder what) throws IOException, InterruptedException {
        switch (kind) {
            case KILL_BROKER -> killed(List.of(one(Role.BROKER)), what);
            case KILL_JOURNAL -> killed(List.of(one(Role.JOURNAL)), what);
            case KILL_CENTER -> killed(List.of(one(Role.CENTER)), what);
            case KILL_TWO -> killed(two(), what);
            case KILL_ALL -> killed(nine.nodes(), what);
            case STOP_BROKER -> stopped(one(Role.BROKER), what);
            case STOP_OTHER ->
                    stopped(one(chance.nextBoolean() ? Role.JOURNAL : Role.CENTER), what);
            case RESTART -> restart(any(), what);
            case ROLL -> {
                for (Node node : nine.nodes(Role.values()[chance.nextInt(3)])) {
                    restart(node, what);
                    var unused = nine.awaitReady(READY);
                }
            }
            case FULL_DISK -> fullDisk(what);
            case CUT, CUT_ONE_WAY -> cut(kind == Kind.CUT, what);
            case CLOCK -> {
                Node node = nine.clocks().getFirst();
                int ahead = (1 + chance.nextInt(120)) * (chance.nextBoolean() ? 1 : -1);
                what.append(' ').append(node.name()).append(" by ").append(ahead).append(" s");
                node.setClock(ahead);
                pause(8_000);
                node.setClock(0);
            }
            case ISOLATE -> {
                Node node = any();
                what.append(' ').append(node.name());
                nine.place().isolate(node.role().number(node.index()));
                pause(8_000);
                nine.place().heal();
            }
            case SLOW -> {
                Node node = any();
                int rate = 64 << chance.nextInt(4);
                what.append(' ').append(node.name()).append(" at ").append(rate).append(" kbit/s");
                nine.place().slow(node.role().number(node.index()), rate);
                pause(8_000);
                nine.place().heal();
            }
        }
    }

    private Node one(Role role) {
        return nine.node(role, 1 + chance.nextInt(Role.NODES));
    }

    private Node any() {
        return nine.nodes().get(chance.nextInt(nine.nodes().size()));
    }

    private List<Node> two() {
        Node first = any();
        Node second = any();
        while (second == first) {
            second = any();
        }
        return List.of(first, second);
    }

    private void pause(int mostMillis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(100 + chance.nextInt(mostMillis));
    }

    private void killed(List<Node> nodes, StringBuilder what)
            throws IOException, InterruptedException {
        boolean atOnce = nodes.size() > 2 || chance.nextBoolean();
        for (Node node : nodes) {
            what.append(' ').append(node.name());
            node.kill();
            if (!atOnce && node != nodes.getLast()) {
                pause(3_000);
            }
        }
        pause(6_000);
        for (Node node : nodes) {
            node.start();
        }
    }

    private void stopped(Node node, StringBuilder what) throws IOException, InterruptedException {
        what.append(' ').append(node.name());
        node.stop();
        pause(8_000);
        node.goOn();
    }

    private void restart(Node node, StringBuilder what) throws IOException, InterruptedException {
        what.append(' ').append(node.name());
        node.terminate();
        String wrong = node.awaitEnd();
        if (wrong != null) {
            violations.add(new Violation("a stop in order ends with 0", wrong, System.nanoTime()));
        }
        node.kill();
        node.start();
    }

    private void fullDisk(StringBuilder what) throws IOException, InterruptedException {
        Path disk = nine.smallDisks().getFirst();
        what.append(' ').append(Role.JOURNAL.node(Role.NODES));
        Path ballast = disk.resolve("ballast");
        try (FileChannel file =
                FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (disk.toFile().getUsableSpace() > 0) {
                file.write(ByteBuffer.allocate(1 << 16));
            }
        } catch (IOException full) {
            what.append(", full");
        }
        pause(8_000);
        Files.deleteIfExists(ballast);
    }

    private void cut(boolean bothWays, StringBuilder what)
            throws IOException, InterruptedException {
        List<Node> pair = two();
        int from = pair.getFirst().role().number(pair.getFirst().index());
        int to = pair.getLast().role().number(pair.getLast().index());
        what.append(' ').append(pair.getFirst().name());
        what.append(bothWays ? " and " : " to ").append(pair.getLast().name());
        nine.place().cut(from, to);
        if (bothWays) {
            nine.place().cut(to, from);
        }
        pause(8_000);
        nine.place().heal();
    }
}
