package io.robustmq.chaos;

import java.io.IOException;
import java.util.List;

/** Where nodes run, and what can be done to the network between them. */
interface Place extends AutoCloseable {
    /** Of the node with that number, from 1. */
    String address(int node);

    /** What stands before a node's command. */
    List<String> prefix(int node);

    /** Empty if the network can be broken; else why not. */
    String whyNoFaults();

    /** Nothing that one sends reaches the other; the way back is not touched. */
    void cut(int from, int to) throws IOException, InterruptedException;

    /** Nobody reaches it and it reaches nobody. */
    void isolate(int node) throws IOException, InterruptedException;

    /** What it sends is slow, and dropped if it is much. */
    void slow(int node, int kilobitsPerSecond) throws IOException, InterruptedException;

    /** All is as in the beginning. */
    void heal() throws IOException, InterruptedException;

    @Override
    void close() throws InterruptedException;

    /** All on 127.0.0.1, which cannot be cut. */
    record Loopback(String whyNoFaults) implements Place {
        @Override
        public String address(int node) {
            return "127.0.0.1";
        }

        @Override
        public List<String> prefix(int node) {
            return List.of();
        }

        @Override
        public void cut(int from, int to) {
            throw new IllegalStateException(whyNoFaults);
        }

        @Override
        public void isolate(int node) {
            throw new IllegalStateException(whyNoFaults);
        }

        @Override
        public void slow(int node, int kilobitsPerSecond) {
            throw new IllegalStateException(whyNoFaults);
        }

        @Override
        public void heal() {}

        @Override
        public void close() {}
    }
}
