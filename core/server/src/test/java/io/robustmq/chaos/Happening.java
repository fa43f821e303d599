package io.robustmq.chaos;

/** What a client saw or the harness did, at a time of {@code System.nanoTime}. */
sealed interface Happening {
    long at();

    /** About to be published. Numbers of a publisher count from 1 over all its topics. */
    record Offered(long at, Message message) implements Happening {}

    record Acknowledged(long at, Message message) implements Happening {}

    /** It may or may not have been taken. */
    record Unknown(long at, Message message, String why) implements Happening {}

    record Came(long at, String client, String topic, String payload, int qos, boolean retained)
            implements Happening {}

    /**
     * @param downNanos since it lost the last connection, or began to connect
     * @param again whether it was connected before
     */
    record Connected(
            long at, String client, String broker, boolean present, boolean again, long downNanos)
            implements Happening {}

    record Lost(long at, String client, String broker, String why) implements Happening {}

    /** A duellist's publish was acknowledged that it sent at that time. */
    record Served(long at, String client, int side, long sentAt) implements Happening {}

    /** One side of a duel has its CONNACK. */
    record Won(long at, String client, int side, String broker) implements Happening {}

    /** A client with a will has its CONNACK. */
    record Willed(long at, String client, String broker) implements Happening {}

    /** And said goodbye, so that the will is not wanted. */
    record Parted(long at, String client) implements Happening {}

    /** What a new subscriber found at a broker when all was over. */
    record Found(long at, String broker, String topic, String payload) implements Happening {}
}
