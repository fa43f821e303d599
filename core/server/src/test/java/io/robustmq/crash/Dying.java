package io.robustmq.crash;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Fact.Sending;
import io.robustmq.crash.Out.Hello;
import io.robustmq.crash.Out.Will;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The life of a client that leaves last wills, a new one with each connection. */
final class Dying implements Life {
    private static final int AT_LAST = 3;

    private final Client client;
    private final History history;
    private final Storm storm;
    private final RandomGenerator random;
    private final Hello hello;
    private final boolean delays;
    private long number;

    Dying(Client client, History history, Storm storm, RandomGenerator random) {
        this.client = client;
        this.history = history;
        this.storm = storm;
        this.random = random;
        this.delays = client.isV5(); // 3.1.1 knows no delay, and MQTT 5 none beyond a session
        this.hello = delays ? Hello.KEPT : Hello.CLEAN;
    }

    @Override
    public void live() throws InterruptedException {
        while (!storm.isOver()) {
            if (connect(delays ? random.nextInt(3) : 0) == null) {
                TimeUnit.MILLISECONDS.sleep(100);
                continue;
            }
            client.stay(random.nextInt(1_500));
            if (random.nextInt(3) == 0) {
                client.leave();
            } else {
                client.drop();
            }
        }
        for (int i = 0; i < AT_LAST && !storm.isEnd(); ) {
            MessageId will = connect(0);
            if (will != null) {
                client.drop();
                // nothing kills the broker any more: this one is owed
                history.add(new Fact.Acknowledged(will));
                i++;
            } else {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }
    }

    private @Nullable MessageId connect(int delaySeconds) {
        MessageId message = new MessageId(client.id(), ++number);
        Sending how = new Sending("w/" + client.id(), 2, Kind.WILL, delaySeconds * 1_000L);
        history.add(new Fact.Sent(message, how, false));
        Will will = new Will(how.topic(), message.payload(20), how.qos(), delaySeconds);
        return client.connect(hello.with(will)) ? message : null;
    }
}
