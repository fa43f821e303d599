package io.robustmq.crash;

import io.robustmq.crash.Out.Hello;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The lives of clients that connect once to see a retained message. */
final class Asking implements Life {
    /** Silence that long after a SUBACK means that there is no retained message. */
    private static final Duration SILENCE = Duration.ofSeconds(2);

    private static final int AT_LAST = 20;

    private final int port;
    private final History history;
    private final Storm storm;
    private final RandomGenerator random;
    private final int number;
    private int count;

    Asking(int port, History history, Storm storm, RandomGenerator random, int number) {
        this.port = port;
        this.history = history;
        this.storm = storm;
        this.random = random;
        this.number = number;
    }

    @Override
    public void live() throws InterruptedException {
        while (!storm.isOver()) {
            ask(Retaining.topic(random.nextInt(Retaining.TOPICS)));
            TimeUnit.MILLISECONDS.sleep(random.nextInt(60));
        }
        for (int i = 0; i < AT_LAST; i++) {
            ask(Retaining.topic(random.nextInt(Retaining.TOPICS)));
        }
    }

    private void ask(String topic) {
        String id = "asks-" + number + '-' + ++count;
        boolean v5 = random.nextBoolean();
        try (Wire wire = Wire.connected(port, v5, id, Hello.CLEAN)) {
            history.add(new Fact.RetainedAsked(id, topic));
            wire.send(wire.out().subscribe(1, topic, 1));
            history.add(new Fact.RetainedSeen(id, topic, seen(wire)));
            wire.send(wire.out().disconnect());
        } catch (IOException e) {
            // killed while it answered: that tells nothing
        }
    }

    private long seen(Wire wire) throws IOException {
        while (true) {
            Packet packet;
            try {
                packet = wire.read(SILENCE);
            } catch (SocketTimeoutException e) {
                return 0;
            }
            if (packet.type() == Packet.PUBLISH && packet.publish().retained()) {
                MessageId message = MessageId.of(packet.publish().payload());
                return message == null ? Long.MAX_VALUE : message.number();
            }
        }
    }
}
