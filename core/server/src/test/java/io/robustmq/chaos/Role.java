package io.robustmq.chaos;

/** What a node is. */
enum Role {
    CENTER("placement-center", "center"),
    JOURNAL("journal-server", "journal"),
    BROKER("mqtt-server", "broker");

    static final int NODES = 3;

    final String command;
    private final String noun;

    Role(String command, String noun) {
        this.command = command;
        this.noun = noun;
    }

    /**
     * @param index from 1
     */
    String node(int index) {
        return noun + "-" + index;
    }

    /** Of all nodes of the cluster, from 1. */
    int number(int index) {
        return ordinal() * NODES + index;
    }
}
