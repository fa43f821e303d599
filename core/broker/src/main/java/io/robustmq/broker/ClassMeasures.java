package io.robustmq.broker;

import java.util.List;

/**
 * What was counted for each class of clients, summed as {@link BrokerMeasures} are. Any thread.
 * Classes are named by their place among {@link #names}.
 */
public final class ClassMeasures {
    private final List<String> names;
    private final List<Counters> counters;

    ClassMeasures(ClientClasses classes, List<Counters> counters) {
        this.names = classes.names();
        this.counters = counters;
    }

    public List<String> names() {
        return names;
    }

    /** Clients connected. */
    public long connected(int clientClass) {
        return sum(clientClass, Counters.CLASS_CONNECTED);
    }

    /** PUBLISH packets taken from them. */
    public long publishReceived(int clientClass) {
        return sum(clientClass, Counters.CLASS_PUBLISHED);
    }

    /** PUBLISH packets sent to them, without repeats. */
    public long delivered(int clientClass) {
        return sum(clientClass, Counters.CLASS_DELIVERED);
    }

    /** Messages that they had subscribed to and did not get. */
    public long dropped(int clientClass) {
        return sum(clientClass, Counters.CLASS_DROPPED);
    }

    /** CONNECTs of theirs that were refused. */
    public long refused(int clientClass) {
        return sum(clientClass, Counters.CLASS_REFUSED);
    }

    private long sum(int clientClass, int what) {
        return Counters.sum(counters, Counters.ofClass(clientClass, what));
    }
}
