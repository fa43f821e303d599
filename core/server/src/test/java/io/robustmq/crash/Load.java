package io.robustmq.crash;

import io.robustmq.crash.Subscribing.Habit;
import io.robustmq.testkit.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Everybody who talks to the broker: publishers and subscribers with kept sessions, who sets
 * retained messages and who asks for them, who leaves wills. They come back by themselves whenever
 * the broker does.
 */
final class Load {
    private static final int PUBLISHERS = 6;
    private static final int ASKERS = 4;

    /** Longer than the longest delay, so that silence means that nothing is left. */
    private static final long QUIET_MILLIS = 4_000;

    private final int port;
    private final History history;
    private final SplittableRandom random;
    private final boolean delays;
    private final Storm storm = new Storm();
    private final List<Thread> talkers = new ArrayList<>();
    private final List<Thread> listeners = new ArrayList<>();

    /**
     * @param delays whether the broker knows {@code $delayed}
     */
    Load(int port, History history, long seed, boolean delays) {
        this.port = port;
        this.history = history;
        this.random = new SplittableRandom(seed);
        this.delays = delays;
    }

    void begin() {
        listener("steady-1", false, Habit.STEADY, 1, "t/#", "d/#", "w/#");
        listener("steady-2", true, Habit.STEADY, 2, "t/#", "d/#", "w/#");
        listener("restless-1", true, Habit.RESTLESS, 1, "t/+/2", "d/#");
        listener("restless-2", false, Habit.RESTLESS, 2, "t/+/1", "d/#", "w/#");
        listener("forgetful-1", false, Habit.FORGETFUL, 1, "t/+/1", "w/#");
        listener("forgetful-2", true, Habit.FORGETFUL, 2, "t/+/0", "t/+/1", "d/#");
        listener("away-1", false, Habit.AWAY, 1, "t/#", "w/#");
        listener("away-2", true, Habit.AWAY, 2, "t/#", "d/#");
        listener("fickle-1", true, Habit.FICKLE, 1, "t/+/0", "t/+/1", "t/+/2");
        listener("fickle-2", false, Habit.FICKLE, 2, "t/+/0", "t/+/1", "t/+/2");
        for (int i = 1; i <= PUBLISHERS; i++) {
            RandomGenerator own = random.split();
            Client client = client("publishes-" + i, i % 2 == 0);
            talker(new Publishing(client, storm, own, delays), client.id());
        }
        for (int i = 1; i <= 2; i++) {
            Client client = client("dies-" + i, i % 2 == 0);
            talker(new Dying(client, history, storm, random.split()), client.id());
        }
        Client retains = client("retains", true);
        talker(new Retaining(retains, storm, random.split()), retains.id());
        for (int i = 1; i <= ASKERS; i++) {
            talker(new Asking(port, history, storm, random.split(), i), "asks-" + i);
        }
    }

    /** The broker stays up now: everything is finished and everything stored comes. */
    void settle(Duration limit) throws Exception {
        storm.calmDown();
        try {
            for (Thread talker : talkers) {
                if (!talker.join(limit)) {
                    throw new AssertionError(talker.getName() + " did not come to its end");
                }
            }
            Await.untilTrue(
                    "silence, after " + history.arrivals() + " deliveries",
                    limit,
                    () -> history.quietMillis() > QUIET_MILLIS);
        } finally {
            end();
        }
    }

    /** Whatever state it is in. */
    void end() throws InterruptedException {
        storm.calmDown();
        storm.end();
        for (Thread listener : listeners) {
            listener.join(Duration.ofSeconds(20));
        }
        for (Thread talker : talkers) {
            talker.interrupt();
        }
    }

    private Client client(String id, boolean v5) {
        return new Client(id, v5, port, history);
    }

    private void listener(String id, boolean v5, Habit habit, int qos, String... filters) {
        Life life =
                new Subscribing(
                        client(id, v5), habit, qos, List.of(filters), storm, random.split());
        listeners.add(start(life, id));
    }

    private void talker(Life life, String name) {
        talkers.add(start(life, name));
    }

    private Thread start(Life life, String name) {
        return Thread.ofVirtual()
                .name(name)
                .start(() -> {
                    try {
                        life.live();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } catch (RuntimeException e) {
                        history.add(new Fact.Broken(name, "its life broke off: " + e));
                    }
                });
    }
}
