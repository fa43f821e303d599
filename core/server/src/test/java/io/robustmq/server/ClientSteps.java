package io.robustmq.server;

import io.robustmq.server.ClientUnderTest.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** What tests with any client do again and again; all clients end with it. */
final class ClientSteps implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final int port;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final String root = "t" + NAMES.incrementAndGet();

    ClientSteps(int port) {
        this.port = port;
    }

    /** Where this test publishes; no other does. */
    String root() {
        return root;
    }

    @Override
    public void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    /** {@code 0}, {@code 1} and so on to this test's topic, up to a hundred on their way. */
    void publishAll(ClientUnderTest publisher, int qos, int count) throws Exception {
        Semaphore inFlight = new Semaphore(100);
        List<CompletableFuture<Void>> published = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (!inFlight.tryAcquire(ClientInbox.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("message " + i + " waits for the ones before");
            }
            published.add(
                    publisher
                            .publish(new ClientMessage(root, "" + i, qos, false))
                            .whenComplete((done, failed) -> inFlight.release()));
        }
        ClientInbox.get(CompletableFuture.allOf(published.toArray(CompletableFuture[]::new)));
    }

    List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(number -> "" + number).toList();
    }

    ClientWire wire() throws Exception {
        ClientWire wire = ClientWire.to(port);
        opened.push(wire);
        return wire;
    }

    ClientUnderTest open(Kind kind) {
        return opened(kind.open(port));
    }

    ClientUnderTest opened(ClientUnderTest client) {
        opened.push(client);
        return client;
    }

    ClientUnderTest connected(Kind kind, ClientSession session) throws Exception {
        ClientUnderTest client = open(kind);
        client.connect(session);
        return client;
    }

    String name() {
        return "client-" + NAMES.incrementAndGet();
    }

    void publish(ClientUnderTest client, ClientMessage message) throws Exception {
        ClientInbox.get(client.publish(message));
    }
}
