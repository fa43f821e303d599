package io.robustmq.eventlog;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import java.util.Map;
import java.util.regex.Pattern;

/** What to do about an event, as the catalogue says, but for what an account says already. */
final class Actions {
    private static final Pattern WHERE_IT_SAYS_WHY =
            Pattern.compile("^(Look up )?reason_code and detail( say why)?[.;] ?");

    private Actions() {}

    /** Empty if there is nothing to do. */
    static String of(Map<String, CataloguedEvent> catalogue, String event) {
        CataloguedEvent known = catalogue.get(event);
        if (known == null || known.action().startsWith("Nothing")) {
            return "";
        }
        return Wording.sentence(WHERE_IT_SAYS_WHY.matcher(known.action()).replaceFirst(""));
    }

    /** What to do about {@code message.dropped}, whose action is for all reasons. */
    static String ofDrop(Map<String, CataloguedEvent> catalogue, String reason) {
        return switch (reason) {
            case "queue_full" -> of(catalogue, "session.queue_filled");
            case "slow_consumer" -> of(catalogue, "connection.write_blocked");
            case "expired" ->
                    "Bring the client back sooner, or have the publisher set a longer Message Expiry Interval.";
            case "packet_too_large" ->
                    "Raise the client's Maximum Packet Size, or publish smaller messages.";
            case "session_ended" -> of(catalogue, "session.expired");
            default -> "Look for journal events at that time.";
        };
    }
}
