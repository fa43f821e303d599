package io.robustmq.crash;

import io.robustmq.crash.Out.Hello;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The life of a subscriber with a kept session. */
final class Subscribing implements Life {
    /** What it is like. */
    enum Habit {
        /** Stays, and acknowledges at once. */
        STEADY,
        /** Goes and comes back. */
        RESTLESS,
        /** The same, and often stops to acknowledge before it goes. */
        FORGETFUL,
        /** Comes once to subscribe, and again when all is over. */
        AWAY,
        /** Subscribes and unsubscribes. */
        FICKLE
    }

    private final Client client;
    private final Habit habit;
    private final int qos;
    private final List<String> filters;
    private final Storm storm;
    private final RandomGenerator random;
    private final Hello hello;

    Subscribing(
            Client client,
            Habit habit,
            int qos,
            List<String> filters,
            Storm storm,
            RandomGenerator random) {
        this.client = client;
        this.habit = habit;
        this.qos = qos;
        this.filters = filters;
        this.storm = storm;
        this.random = random;
        this.hello = client.isV5() ? Hello.KEPT.atMost(10 + random.nextInt(50)) : Hello.KEPT;
    }

    @Override
    public void live() throws InterruptedException {
        for (String filter : filters) {
            do {
                storm.connect(client, hello);
            } while (!client.subscribe(filter, qos) && !storm.isEnd());
        }
        switch (habit) {
            case STEADY -> {}
            case RESTLESS, FORGETFUL -> comeAndGo();
            case AWAY -> beAway();
            case FICKLE -> changeMind();
        }
        while (!storm.isEnd()) {
            storm.connect(client, hello);
            client.stay(200);
        }
        client.leave();
    }

    private void comeAndGo() throws InterruptedException {
        while (!storm.isOver()) {
            storm.connect(client, hello);
            client.stay(random.nextInt(1_500));
            if (habit == Habit.FORGETFUL && random.nextBoolean()) {
                client.stopAcknowledging();
                client.stay(random.nextInt(500));
            }
            if (random.nextBoolean()) {
                client.leave();
            } else {
                client.drop();
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(random.nextInt(5) == 0 ? 3_000 : 100));
        }
    }

    private void beAway() throws InterruptedException {
        client.leave();
        while (!storm.isOver()) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void changeMind() throws InterruptedException {
        List<String> here = new ArrayList<>(filters);
        List<String> gone = new ArrayList<>();
        while (!storm.isOver()) {
            boolean unsubscribe = !here.isEmpty() && (gone.isEmpty() || random.nextBoolean());
            List<String> from = unsubscribe ? here : gone;
            String filter = from.get(random.nextInt(from.size()));
            boolean done;
            do {
                storm.connect(client, hello);
                done = unsubscribe ? client.unsubscribe(filter) : client.subscribe(filter, qos);
            } while (!done && !storm.isEnd());
            from.remove(filter);
            (unsubscribe ? gone : here).add(filter);
            client.stay(random.nextInt(800));
        }
    }
}
