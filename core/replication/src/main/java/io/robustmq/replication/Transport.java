package io.robustmq.replication;

/** Carries messages to other nodes, and to this one. */
public interface Transport {
    /** Never waits; a message that cannot be sent is lost. */
    void send(String node, Message message);
}
