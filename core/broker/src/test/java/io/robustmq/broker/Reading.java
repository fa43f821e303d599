package io.robustmq.broker;

import io.robustmq.broker.RawClient.Message;
import io.robustmq.broker.RawClient.Packet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A client that reads all the time, acknowledges as it must, and remembers what it got. */
final class Reading implements AutoCloseable {
    private final RawClient client;
    private final List<Message> got = new ArrayList<>();
    private final Set<Integer> received = new HashSet<>();
    private final Thread thread;

    /**
     * @param client connected
     */
    Reading(RawClient client) {
        this.client = client;
        this.thread = Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try {
            while (true) {
                Packet packet = client.read();
                if (packet.type() == RawClient.PUBREL) {
                    received.remove(packet.u16(0));
                    client.ack(RawClient.PUBCOMP, packet.u16(0));
                } else if (packet.type() == RawClient.PUBLISH) {
                    took(client.message(packet));
                }
            }
        } catch (IOException | AssertionError e) {
            // closed
        }
    }

    private void took(Message message) throws IOException {
        if (message.qos() < 2 || received.add(message.packetId())) {
            synchronized (got) {
                got.add(message);
            }
        }
        if (message.qos() > 0) {
            int type = message.qos() == 1 ? RawClient.PUBACK : RawClient.PUBREC;
            client.ack(type, message.packetId());
        }
    }

    List<Message> got() {
        synchronized (got) {
            return List.copyOf(got);
        }
    }

    List<String> payloads() {
        return got().stream().map(Message::payload).toList();
    }

    long distinct() {
        return payloads().stream().distinct().count();
    }

    @Override
    public void close() throws IOException {
        client.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
