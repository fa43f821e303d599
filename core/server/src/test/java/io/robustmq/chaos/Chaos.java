package io.robustmq.chaos;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run: a cluster, its clients, faults for a while, and what the history says in the end. */
final class Chaos implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration DRAIN = Duration.ofMinutes(2);
    private static final Duration LOOK_AFTER = Duration.ofMinutes(5);

    /** How long somebody could still get something a second time. */
    private static final long QUIET_SECONDS = 3;

    private static final long LOOK_MILLIS = 200;

    private final long seed;
    private final SplittableRandom chance;
    private final Consumer<String> out;
    private final Nine nine;
    private final History history = new History();
    private final Stalls stalls = new Stalls();
    private final long started = System.nanoTime();
    private final Instant startedAt = Instant.now();
    private final Faults faults;
    private final List<Line> movable = new ArrayList<>();
    private final List<Line> subscribers = new ArrayList<>();
    private final List<Publishing> publishers = new ArrayList<>();
    private final List<Retaining> retaining = new ArrayList<>();
    private final List<Willing> willing = new ArrayList<>();
    private final List<Duelling> duelling = new ArrayList<>();
    private final List<Violation> violations = new ArrayList<>();
    private volatile boolean moving = true;
    private @Nullable Told told;
    private Cast cast = new Cast(List.of(), List.of(), List.of(), List.of(), List.of());

    Chaos(Path folder, long seed, Set<Faults.Kind> wanted, Consumer<String> out)
            throws InterruptedException {
        this.seed = seed;
        this.chance = new SplittableRandom(seed);
        this.out = out;
        Place place = Namespaces.orLoopback(Role.NODES * Role.values().length);
        out.accept("seed " + seed);
        this.nine = new Nine(folder, place);
        this.faults = new Faults(nine, chance.split(), wanted, out, started);
    }

    /** Starts everything; fails if that does not work before anything is broken. */
    void open() throws Exception {
        stalls.open();
        nine.open();
        nine.leftOut().forEach(out);
        List<String> waiting = nine.awaitReady(START);
        if (!waiting.isEmpty()) {
            throw new AssertionError("not ready: " + waiting);
        }
        out.accept(at() + "all nine are ready");
        List<InetSocketAddress> brokers = nine.brokers();
        for (int i = 1; i <= 3; i++) {
            subscribe("kept-s" + i, true, "t/#", "r/#", "will/#");
            subscribe("kept-g" + i, true, "$share/g/t/#");
        }
        subscribe("free-s1", false, "t/#", "r/#");
        for (int i = 1; i <= 4; i++) {
            boolean kept = i <= 3;
            Line line = line((kept ? "kept-p" : "free-p") + i, kept);
            publishers.add(new Publishing(line, history, chance.split(), 40));
        }
        for (int i = 1; i <= 2; i++) {
            retaining.add(new Retaining(line("kept-r" + i, true), history));
            willing.add(new Willing("w" + i, brokers, chance.split(), history));
            for (int side = 0; side < 2; side++) {
                duelling.add(new Duelling("d" + i, side, brokers, chance.split(), history));
            }
        }
        cast =
                new Cast(
                        List.of("kept-s1", "kept-s2", "kept-s3"),
                        List.of("free-s1"),
                        List.of("kept-g1", "kept-g2", "kept-g3"),
                        List.of("kept-p1", "kept-p2", "kept-p3", "free-p4"),
                        List.of("kept-r1", "kept-r2"));
        TimeUnit.SECONDS.sleep(2); // subscriptions are known at the other brokers
        publishers.forEach(Publishing::open);
        retaining.forEach(Retaining::open);
        willing.forEach(Willing::open);
        duelling.forEach(Duelling::open);
        Thread mover = new Thread(() -> move(chance.split()), "mover");
        mover.setDaemon(true);
        mover.start();
        out.accept(at() + "clients work");
    }

    private Line line(String id, boolean kept) throws Exception {
        Line line = new Line(id, kept, nine.brokers(), chance.split(), history);
        line.open().get(60, TimeUnit.SECONDS);
        movable.add(line);
        return line;
    }

    private void subscribe(String id, boolean kept, String... filters) throws Exception {
        Line line = line(id, kept);
        subscribers.add(line);
        for (String filter : filters) {
            line.subscribe(filter).get(60, TimeUnit.SECONDS);
        }
    }

    private void move(SplittableRandom dice) {
        try {
            while (moving) {
                TimeUnit.MILLISECONDS.sleep(500 + dice.nextInt(2_000));
                movable.get(dice.nextInt(movable.size())).move();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private String at() {
        return String.format("%7.1f s  ", (System.nanoTime() - started) / 1e9);
    }

    /**
     * Breaks things until there were enough or it is time, or until what was acknowledged some time
     * ago does not arrive though nothing is broken.
     */
    void breakThings(int most, Duration limit) throws Exception {
        long until = System.nanoTime() + limit.toNanos();
        long look = System.nanoTime() + LOOK_AFTER.toNanos();
        boolean goOn = true;
        while (goOn && faults.log().size() < most && System.nanoTime() < until) {
            goOn = faults.next();
            if (goOn && System.nanoTime() > look) {
                long before = System.nanoTime();
                goOn =
                        await(
                                "deliveries so far",
                                () -> new Checker(cast, history.all()).missing(before));
                look = System.nanoTime() + LOOK_AFTER.toNanos();
            }
        }
        violations.addAll(faults.violations());
    }

    /** Lets everything arrive, and decides. */
    List<Violation> judge() throws Exception {
        moving = false;
        duelling.forEach(Duelling::close);
        nine.place().heal();
        await(
                "publishers have an answer to everything",
                () ->
                        publishers.stream().filter(each -> !each.isDone()).count()
                                + retaining.stream().filter(each -> !each.isDone()).count()
                                + willing.stream().filter(each -> !each.isDone()).count());
        await("deliveries", () -> new Checker(cast, history.all()).missing());
        await("wills", () -> new Wills(cast, history.all(), new ArrayList<>()).missing());
        TimeUnit.SECONDS.sleep(QUIET_SECONDS);
        look();
        violations.addAll(new Checker(cast, history.all()).check());
        told = Told.read(nine.nodes());
        for (String each : told.check()) {
            violations.add(new Violation("an epoch is one writer's", each, System.nanoTime()));
        }
        return violations;
    }

    private interface Count {
        long left();
    }

    private boolean await(String what, Count count) throws InterruptedException {
        long until = System.nanoTime() + DRAIN.toNanos();
        long left = count.left();
        while (left > 0 && System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            left = count.left();
        }
        out.accept(at() + what + (left == 0 ? ": all" : ": " + left + " are missing"));
        return left == 0;
    }

    /** What each broker retains. */
    private void look() throws InterruptedException {
        List<InetSocketAddress> brokers = nine.brokers();
        for (int i = 0; i < brokers.size(); i++) {
            String broker = Role.BROKER.node(i + 1);
            Mqtt5BlockingClient client =
                    Mqtt5Client.builder()
                            .identifier("looks-at-" + broker)
                            .serverAddress(brokers.get(i))
                            .buildBlocking();
            try (Mqtt5BlockingClient.Mqtt5Publishes found =
                    client.publishes(MqttGlobalPublishFilter.ALL)) {
                client.connect();
                client.subscribeWith().topicFilter("r/#").qos(MqttQos.AT_LEAST_ONCE).send();
                for (int topic = 0; topic < retaining.size(); topic++) {
                    Optional<Mqtt5Publish> one = found.receive(10, TimeUnit.SECONDS);
                    if (one.isEmpty()) {
                        violations.add(
                                new Violation(
                                        "the last acknowledged value is retained",
                                        broker + " has less than " + retaining.size() + " values",
                                        System.nanoTime()));
                        break;
                    }
                    history.add(
                            new Happening.Found(
                                    System.nanoTime(),
                                    broker,
                                    one.get().getTopic().toString(),
                                    new String(
                                            one.get().getPayloadAsBytes(),
                                            StandardCharsets.UTF_8)));
                }
                client.disconnect();
            }
        }
    }

    Figures figures() {
        return new Figures(cast, history.all(), faults.log(), stalls);
    }

    /** The violation, what was broken shortly before, and what the nodes told then. */
    String explain(Violation violation) {
        Instant when = startedAt.plusNanos(violation.at() - started);
        StringBuilder text = new StringBuilder();
        text.append("VIOLATION at ")
                .append(when)
                .append(String.format(" (%.1f s)", (violation.at() - started) / 1e9));
        text.append(" seed ").append(seed).append(": ").append(violation.rule()).append("\n  ");
        text.append(violation.what()).append('\n');
        faults.log().stream()
                .filter(fault -> fault.begun() < violation.at())
                .skip(
                        Math.max(
                                0,
                                faults.log().stream()
                                                .filter(fault -> fault.begun() < violation.at())
                                                .count()
                                        - 3))
                .forEach(fault ->
                        text.append("  after ")
                                .append(fault.kind())
                                .append(fault.what())
                                .append(" at ")
                                .append(startedAt.plusNanos(fault.begun() - started))
                                .append('\n'));
        history.all().stream()
                .filter(each ->
                        isConnection(each) && Math.abs(each.at() - violation.at()) < 5_000_000_000L)
                .forEach(each ->
                        text.append("  ")
                                .append(startedAt.plusNanos(each.at() - started))
                                .append(' ')
                                .append(each)
                                .append('\n'));
        if (told != null) {
            text.append(told.around(when)).append('\n');
        }
        return text.toString();
    }

    private static boolean isConnection(Happening happening) {
        return switch (happening) {
            case Happening.Connected _, Happening.Lost _, Happening.Won _, Happening.Willed _ ->
                    true;
            case Happening.Offered _,
                    Happening.Acknowledged _,
                    Happening.Unknown _,
                    Happening.Came _,
                    Happening.Served _,
                    Happening.Parted _,
                    Happening.Found _ ->
                    false;
        };
    }

    /** What was done, and what it measured. */
    String report() {
        long acknowledged = history.all(Happening.Acknowledged.class).size();
        return String.format(
                        "seed %d, %.0f s, %d faults; %d published, %d acknowledged, %d received, %d wills, %d take-overs; the machine stood still for %d ms%n",
                        seed,
                        (System.nanoTime() - started) / 1e9,
                        faults.log().size(),
                        history.all(Happening.Offered.class).size(),
                        acknowledged,
                        history.all(Happening.Came.class).size(),
                        history.all(Happening.Willed.class).size(),
                        history.all(Happening.Won.class).size(),
                        stalls.between(started, System.nanoTime()))
                + figures().text();
    }

    @Override
    public void close() throws InterruptedException {
        moving = false;
        duelling.forEach(Duelling::close);
        willing.forEach(Willing::close);
        publishers.forEach(Publishing::close);
        retaining.forEach(Retaining::close);
        subscribers.forEach(Line::close);
        nine.close();
        stalls.close();
    }
}
