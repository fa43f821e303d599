package io.robustmq.crash;

import io.robustmq.crash.Fact.Kind;
import io.robustmq.crash.Fact.Sending;
import io.robustmq.crash.Out.Hello;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The life of a publisher with a kept session: QoS 1 and 2 at random to its topics, small and large
 * messages, some of them delayed, a few on their way at once.
 */
final class Publishing implements Life {
    static final int TOPICS = 3;
    private static final int WINDOW = 10;
    private static final int LARGEST = 16 * 1024;

    private final Client client;
    private final Storm storm;
    private final RandomGenerator random;
    private final boolean delays;
    private long number;

    Publishing(Client client, Storm storm, RandomGenerator random, boolean delays) {
        this.client = client;
        this.storm = storm;
        this.random = random;
        this.delays = delays;
    }

    @Override
    public void live() throws InterruptedException {
        while (!storm.isOver()) {
            storm.connect(client, Hello.KEPT);
            publish(random.nextInt(TOPICS), 1 + random.nextInt(2));
            TimeUnit.MILLISECONDS.sleep(random.nextInt(4) == 0 ? random.nextInt(50) : 0);
            if (random.nextInt(400) == 0) {
                if (random.nextBoolean()) {
                    client.leave();
                } else {
                    client.drop();
                }
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(16));
        }
        for (int topic = 0; topic < TOPICS; topic++) {
            for (int qos = 1; qos <= 2; qos++) {
                do {
                    storm.connect(client, Hello.KEPT);
                } while (!publish(topic, qos) && !storm.isEnd());
            }
        }
        do {
            storm.connect(client, Hello.KEPT);
        } while (!client.settle() && !storm.isEnd());
        client.leave();
    }

    private boolean publish(int topic, int qos) throws InterruptedException {
        MessageId message = new MessageId(client.id(), ++number);
        int filling = random.nextInt(20) == 0 ? random.nextInt(LARGEST) : random.nextInt(300);
        Sending how =
                delays && random.nextInt(12) == 0
                        ? new Sending(
                                "d/" + client.id(),
                                qos,
                                Kind.DELAYED,
                                1_000 * (1 + random.nextInt(3)))
                        : new Sending("t/" + client.id() + '/' + topic, qos, Kind.PLAIN, 0);
        return client.publish(message, how, filling, WINDOW);
    }
}
