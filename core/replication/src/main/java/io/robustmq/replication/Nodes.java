package io.robustmq.replication;

import java.util.List;

/** The journal nodes that are alive, as far as this node has heard. */
public interface Nodes {
    List<Candidate> journals();

    /**
     * @param node as in ensembles
     * @param rack nodes that fail together
     * @param draining it keeps what it has until that is elsewhere, and gets nothing new
     */
    record Candidate(String node, String rack, long freeBytes, boolean draining) {}
}
