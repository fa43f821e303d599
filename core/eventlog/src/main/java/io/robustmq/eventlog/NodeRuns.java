package io.robustmq.eventlog;

import java.util.ArrayList;
import java.util.List;

/**
 * The starts and stops of a node, of events from a time on at which it ran. One thread.
 *
 * <p>A start that no stop went before means that the node was killed, crashed, or lost its power.
 */
final class NodeRuns {
    static final String START = "placement.config_loaded";
    static final String READY = "placement.node_ready";
    static final String STOPPING = "placement.node_stopping";
    static final String PIPELINE_STOPPING = "pipeline.stopping";

    /** What tells of them. */
    static final List<String> EVENTS = List.of(START, READY, STOPPING, PIPELINE_STOPPING);

    private final List<Start> starts = new ArrayList<>();

    /**
     * @param inOrder it had been stopped before
     */
    record Start(Fact fact, boolean inOrder) {}

    /**
     * @param facts in order
     */
    NodeRuns(List<Fact> facts) {
        boolean stopped = false;
        for (Fact fact : facts) {
            switch (fact.event()) {
                case STOPPING, PIPELINE_STOPPING -> stopped = true;
                case START -> {
                    starts.add(new Start(fact, stopped));
                    stopped = false;
                }
                default -> {} // says nothing about it
            }
        }
    }

    /** How many starts were before it, this one included if it is one. */
    int run(Fact fact) {
        int run = 0;
        while (run < starts.size() && starts.get(run).fact.seq() <= fact.seq()) {
            run++;
        }
        return run;
    }

    boolean isCrash(Fact start) {
        return starts.stream().anyMatch(each -> each.fact.equals(start) && !each.inOrder);
    }

    List<Start> starts() {
        return starts;
    }
}
