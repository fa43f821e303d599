package io.robustmq.broker;

/**
 * The other brokers, as one of them sees them.
 *
 * @param directory which of them has which client
 * @param dialer how a client is handed on to one of them
 */
record Cluster(ClientDirectory directory, Tunnel.Dialer dialer) {
    /** There are none. */
    static final Cluster NONE =
            new Cluster(
                    ClientDirectory.ALONE,
                    (on, there, connected, failed) ->
                            failed.accept(new IllegalStateException("no other brokers")));
}
