package io.robustmq.eventlog;

import java.util.function.Function;

/** Says in words what events of messages mean. */
final class MessagePhrases {
    private MessagePhrases() {}

    static Phrase of(Fact fact, Function<Fact, Phrase> other) {
        String event = fact.event();
        String topic = topic(fact);
        String code = ReasonNames.of(fact.number("reason_code"));
        return switch (event) {
            case "message.dropped" ->
                    Phrase.of(
                            event + " " + fact.get("reason"),
                            "a message for it was dropped, " + dropReason(fact) + ": ",
                            topic);
            case "message.rejected" ->
                    Phrase.of(
                            event + " " + fact.get("reason_code"),
                            "its message was refused, "
                                    + code
                                    + ", "
                                    + Wording.quoted(fact.get("detail"))
                                    + ": ",
                            topic);
            case "message.schema_violated" ->
                    Phrase.of(
                            event + " " + fact.get("schema"),
                            violation(fact).replaceAll("\\.$", ": "),
                            topic);
            case "message.retained_refused" ->
                    Phrase.of(event, "its retained message was not stored: ", topic);
            case "message.will_scheduled" ->
                    Phrase.of(
                            event,
                            "its will to "
                                    + topic
                                    + " is due in "
                                    + Wording.span(fact.number("delay_seconds") * 1000));
            case "message.will_published" ->
                    Phrase.of(
                            event,
                            "its will was published to "
                                    + topic
                                    + " ("
                                    + Wording.deliveries(fact.number("deliveries"))
                                    + ")");
            case "message.will_cancelled" ->
                    Phrase.of(event, "came back before its will to " + topic + " was due");
            default -> other.apply(fact);
        };
    }

    static String topic(Fact fact) {
        String topic = fact.get("topic_name");
        return topic.isEmpty() ? "one whose topic is on disk only" : Wording.quoted(topic);
    }

    static String dropReason(Fact dropped) {
        return switch (dropped.get("reason")) {
            case "slow_consumer" -> "it reads too slowly for QoS 0";
            case "queue_full" -> "its queue was full";
            case "expired" -> "the message's expiry interval had passed";
            case "packet_too_large" -> "it is larger than the client takes (Maximum Packet Size)";
            case "session_ended" -> "its session ended";
            case "unreadable" -> "the broker could not read it back from disk";
            case "not_stored" -> "the broker could not store it";
            case String other -> other;
        };
    }

    /** Or it was published all the same. */
    static boolean isRefusal(Fact violated) {
        return violated.get("refused").equals("true");
    }

    /** A sentence. */
    static String violation(Fact fact) {
        String rule = fact.get("rule");
        return (isRefusal(fact) ? "The broker refused it, as" : "It was published, though")
                + " its payload is not as schema "
                + fact.get("schema")
                + " says, "
                + fact.get("violation")
                + (rule.isEmpty() ? "" : " by " + rule)
                + (fact.get("location").isEmpty() ? "" : " at " + fact.get("location"))
                + ".";
    }
}
