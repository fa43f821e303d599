package io.robustmq.crash;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Fact.Sending;
import io.robustmq.crash.Out.Hello;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The life of who sets and clears retained messages, one at a time. */
final class Retaining implements Life {
    /** So many that a topic is not soon set again after a kill. */
    static final int TOPICS = 100;

    private final Client client;
    private final Storm storm;
    private final RandomGenerator random;

    Retaining(Client client, Storm storm, RandomGenerator random) {
        this.client = client;
        this.storm = storm;
        this.random = random;
    }

    static String topic(int index) {
        return "r/" + index;
    }

    @Override
    public void live() throws InterruptedException {
        for (long number = 1; !storm.isOver(); number++) {
            Kind kind = random.nextInt(12) == 0 ? Kind.CLEARING : Kind.RETAINED;
            Sending how =
                    new Sending(topic(random.nextInt(TOPICS)), 1 + random.nextInt(2), kind, 0);
            storm.connect(client, Hello.KEPT);
            client.publish(new MessageId(client.id(), number), how, random.nextInt(500), 1);
            do {
                storm.connect(client, Hello.KEPT);
            } while (!client.settle() && !storm.isEnd());
            TimeUnit.MILLISECONDS.sleep(random.nextInt(30));
        }
        client.leave();
    }
}
