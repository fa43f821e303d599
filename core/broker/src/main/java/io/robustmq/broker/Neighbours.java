package io.robustmq.broker;

/**
 * The other brokers, as one of them sees them.
 *
 * @param directory which of them has which client
 * @param dialer how a client is handed on to one of them
 */
record Neighbours(ClientDirectory directory, Tunnel.Dialer dialer) {
    /** There are none. */
    static final Neighbours NONE =
            new Neighbours(
                    ClientDirectory.ALONE,
                    (on, there, connected, failed) ->
                            failed.accept(new IllegalStateException("no other brokers")));
}
