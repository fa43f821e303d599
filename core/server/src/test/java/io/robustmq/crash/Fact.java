package io.robustmq.crash;

/** Something that a client, or who kills the broker, saw or did. */
sealed interface Fact {
    /** What a message is sent for; it decides what the checker asks of it. */
    enum Kind {
        PLAIN,
        DELAYED,
        RETAINED,
        CLEARING,
        WILL
    }

    /** The topic is the one that subscribers see; the delay is the one asked for. */
    record Sending(String topic, int qos, Kind kind, long delayMillis) {}

    // the process

    record Killed(int time) implements Fact {}

    record Ready(int time, long millis) implements Fact {}

    // connections

    record Connected(String client, boolean clean, boolean sessionPresent) implements Fact {}

    record Ended(String client, String how) implements Fact {}

    // subscriptions; the first of each pair before its packet is sent, the second when the answer
    // was read

    record Subscribing(String client, String filter, int qos) implements Fact {}

    record Subscribed(String client, String filter, int granted) implements Fact {}

    record Unsubscribing(String client, String filter) implements Fact {}

    record Unsubscribed(String client, String filter) implements Fact {}

    // messages

    /** Before each PUBLISH, and before the CONNECT that carries a will. */
    record Sent(MessageId message, Sending how, boolean again) implements Fact {}

    /** PUBACK or the first PUBREC; of a will: the broker must have seen its client go. */
    record Acknowledged(MessageId message) implements Fact {}

    /** The first PUBCOMP: until then the broker may not have given it to anybody. */
    record Completed(MessageId message) implements Fact {}

    record Refused(MessageId message, int reason) implements Fact {}

    /**
     * A message handed to the application: of QoS 2 only the first PUBLISH of a packet id until its
     * PUBREL, as the specification tells the client.
     */
    record Received(
            String client, MessageId message, String topic, int qos, boolean dup, boolean retained)
            implements Fact {}

    // retained messages, asked for by a client that is new

    record RetainedAsked(String client, String topic) implements Fact {}

    /** Number 0: there was none. */
    record RetainedSeen(String client, String topic, long number) implements Fact {}

    /** A packet that the specification forbids, or a payload that nobody sent. */
    record Broken(String client, String what) implements Fact {}
}
