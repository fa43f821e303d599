package io.robustmq.server;

import io.robustmq.testkit.RobustMq;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The broker that the clients talk to: a process of ours, or with {@code
 * -Drobustmq.clients.port=1883} whatever listens there on 127.0.0.1, to try the tests themselves
 * with another broker.
 */
final class ClientBroker implements AutoCloseable {
    private static final Integer ELSEWHERE = Integer.getInteger("robustmq.clients.port");

    private final @Nullable RobustMq process;

    private ClientBroker(@Nullable RobustMq process) {
        this.process = process;
    }

    static ClientBroker start(Path folder) throws Exception {
        return new ClientBroker(ELSEWHERE == null ? RobustMq.in(folder).start() : null);
    }

    int port() {
        return process == null ? ELSEWHERE : process.mqttPort();
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }
}
