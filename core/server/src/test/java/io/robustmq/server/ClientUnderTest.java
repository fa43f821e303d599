package io.robustmq.server;

import java.util.concurrent.CompletableFuture;

/** An MQTT client that we did not write, through what all of them can do. */
interface ClientUnderTest extends AutoCloseable {
    /**
     * Connects and waits for CONNACK.
     *
     * @return whether the broker had the session
     */
    boolean connect(ClientSession session) throws Exception;

    /** Subscribes and waits for SUBACK. */
    void subscribe(String filter, int qos) throws Exception;

    /** Unsubscribes and waits for UNSUBACK. */
    void unsubscribe(String filter) throws Exception;

    /** Done when the message was sent (QoS 0) or the broker has acknowledged it to the end. */
    CompletableFuture<Void> publish(ClientMessage message) throws Exception;

    ClientInbox inbox();

    /** Done when the connection ended and the client had not asked for it. */
    CompletableFuture<Void> lost();

    /** DISCONNECT, the regular end. */
    void disconnect() throws Exception;

    /** Lets go of what it holds, connected or not. */
    @Override
    void close() throws Exception;

    /** The libraries, each in the versions of the protocol that it has. */
    enum Kind {
        PAHO_3_1(3),
        PAHO_3_1_1(4),
        PAHO_5(5),
        HIVEMQ_3_1_1(4),
        HIVEMQ_5(5);

        private final int version;

        Kind(int version) {
            this.version = version;
        }

        /** Whether CONNACK says that there was a session. */
        boolean tellsSession() {
            return version > 3;
        }

        int version() {
            return version;
        }

        ClientUnderTest open(int port) {
            return switch (this) {
                case PAHO_3_1, PAHO_3_1_1 -> new ClientPaho3(port, version);
                case PAHO_5 -> new ClientPaho5(port);
                case HIVEMQ_3_1_1 -> new ClientHiveMq3(port);
                case HIVEMQ_5 -> new ClientHiveMq5(port);
            };
        }
    }
}
