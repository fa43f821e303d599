package io.robustmq.broker;

/** How far a connection is. */
enum Phase {
    BEFORE_CONNECT,
    ADMITTING,
    /** What the client has to answer before it can be admitted is on its way. */
    AUTHENTICATING,
    CONNECTED,
    ENDED;

    /** Whether the client's next packet is wanted. */
    boolean isRead() {
        return switch (this) {
            case BEFORE_CONNECT, AUTHENTICATING, CONNECTED -> true;
            case ADMITTING, ENDED -> false;
        };
    }
}
