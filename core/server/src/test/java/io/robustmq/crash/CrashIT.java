package io.robustmq.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process is killed again and again, at random moments, under load, on one data directory; a
 * history of what all clients saw tells whether anything acknowledged was lost, doubled or
 * reordered.
 *
 * <p>{@code -Dcrash.kills=N} for more or fewer, {@code -Dseed=N} for the same choices again: the
 * clients' and the killer's, not those of the scheduler.
 */
final class CrashIT {
    private static final int KILLS = Integer.getInteger("crash.kills", 50);
    private static final long READY_WITHIN_MILLIS = 5_000;
    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(120);

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final History history = new History();
    private final int[] ports = FreePorts.several(2);
    private final List<Long> readyMillis = new ArrayList<>();
    private final List<String> journalErrors = new ArrayList<>();

    @TempDir Path data;

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void what_was_acknowledged_survives_every_kill() throws Exception {
        System.out.println("seed " + seed + ", kills " + KILLS);
        Load load = new Load(ports[0], history, random.nextLong(), true);
        try {
            storm(load);
            try (RobustMq node = started()) {
                load.settle(SETTLES_WITHIN);
                node.close();
                journalErrors.addAll(LogLines.journalErrors(node.process().stdout()));
            }
        } catch (Exception | AssertionError e) {
            load.end();
            keep(history.entries());
            System.out.println(
                    "it broke off, so losses may be none:\n"
                            + Checker.told(Checker.check(history.entries())));
            throw e;
        }
        judge();
    }

    private void storm(Load load) throws Exception {
        for (int kill = 1; kill <= KILLS; kill++) {
            boolean early = kill % 8 == 0; // before it is ready
            try (RobustMq node = early ? setup().launch() : started()) {
                if (kill == 1) {
                    load.begin();
                }
                TimeUnit.MILLISECONDS.sleep(random.nextInt(early ? 1_500 : 2_500));
                if (kill % 10 == 5) {
                    node.close(); // in order, once in a while
                } else {
                    node.kill();
                }
                history.add(new Fact.Killed(kill));
                node.close(); // reads what it wrote last
                journalErrors.addAll(LogLines.journalErrors(node.process().stdout()));
            }
        }
    }

    private RobustMq started() throws Exception {
        long began = System.nanoTime();
        RobustMq node = setup().start();
        long millis = (System.nanoTime() - began) / 1_000_000;
        readyMillis.add(millis);
        history.add(new Fact.Ready(readyMillis.size(), millis));
        return node;
    }

    private RobustMq.Setup setup() {
        return RobustMq.in(data)
                .set("mqtt.listen", "127.0.0.1:" + ports[0])
                .set("http.listen", "127.0.0.1:" + ports[1])
                .set("mqtt.max-queued-messages", "10000000")
                .set("mqtt.max-queued-bytes", "8GiB")
                .set("journal.segment-size", "4MiB"); // so that scrolling is under load as well
    }

    private void judge() throws Exception {
        List<History.Entry> entries = history.entries();
        List<Violation> violations = Checker.check(entries);
        System.out.printf(
                "measured, for the record: %,d kills, %,d sent, %,d acknowledged, %,d delivered, "
                        + "ready after %d ms (median), %d ms (longest)%n",
                KILLS,
                count(entries, Fact.Sent.class),
                count(entries, Fact.Acknowledged.class),
                count(entries, Fact.Received.class),
                median(readyMillis),
                Collections.max(readyMillis));
        if (!violations.isEmpty()) {
            keep(entries);
        }
        assertThat(violations)
                .withFailMessage(() -> "seed " + seed + "\n" + Checker.told(violations))
                .isEmpty();
        assertThat(journalErrors).as("seed " + seed).isEmpty();
        assertThat(readyMillis).allMatch(millis -> millis <= READY_WITHIN_MILLIS);
        // a load that does nothing would prove nothing
        assertThat(count(entries, Fact.Acknowledged.class)).isGreaterThan(KILLS * 20L);
        assertThat(count(entries, Fact.RetainedSeen.class)).isGreaterThan(KILLS);
    }

    private void keep(List<History.Entry> entries) throws IOException {
        Path file = Repository.root().resolve("core/server/target/crash-" + seed + ".history");
        History.write(entries, file);
        System.out.println("the history is in " + file);
    }

    private static long count(List<History.Entry> entries, Class<? extends Fact> type) {
        return entries.stream().filter(entry -> type.isInstance(entry.fact())).count();
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }
}
