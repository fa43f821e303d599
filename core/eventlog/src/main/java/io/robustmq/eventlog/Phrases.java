package io.robustmq.eventlog;

import io.robustmq.telemetry.catalogue.CataloguedEvent;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says in words what an event means for the client that it is about. One thread. */
final class Phrases {
    private final Links links;
    private final NodeRuns runs;
    private final Map<String, CataloguedEvent> catalogue;

    Phrases(Links links, NodeRuns runs, Map<String, CataloguedEvent> catalogue) {
        this.links = links;
        this.runs = runs;
        this.catalogue = catalogue;
    }

    Phrase of(Fact fact) {
        Link link = links.of(fact);
        String event = fact.event();
        return switch (event.substring(0, Math.max(0, event.indexOf('.')))) {
            case "connection" -> connection(fact, link);
            case "authentication" -> authentication(fact);
            case "session" -> session(fact);
            case "subscription" -> subscription(fact);
            case "message" -> MessagePhrases.of(fact, this::other);
            default -> node(fact);
        };
    }

    // Connections

    private Phrase connection(Fact fact, @Nullable Link link) {
        return switch (fact.event()) {
            case "connection.accepted" -> accepted(fact, link);
            case "connection.closed" -> closed(fact, link);
            case "connection.refused" -> {
                Fact failed = link == null ? null : link.get("authentication.failed");
                String user = failed == null ? "" : failed.get("user_name");
                yield Phrase.of(
                        "refused " + fact.get("reason_code"),
                        "refused, "
                                + ReasonNames.of(fact.number("reason_code"))
                                + ": "
                                + Wording.quoted(fact.get("detail"))
                                + (failed == null ? "" : user(user) + why(failed))
                                + ", from ",
                        fact.get("remote_addr"));
            }
            case "connection.write_blocked" ->
                    Phrase.of(
                            fact.event(),
                            "reads too slowly: "
                                    + fact.number("pending_bytes")
                                    + " bytes wait in its socket, QoS 0 to it is dropped");
            case "connection.write_resumed" ->
                    Phrase.of(
                            fact.event(),
                            "caught up after "
                                    + Wording.span(fact.number("blocked_millis"))
                                    + ", "
                                    + Wording.count(fact.number("dropped"), "QoS 0 message")
                                    + " to it were dropped meanwhile");
            case "connection.keep_alive_expired",
                    "connection.protocol_violated",
                    "connection.taken_over",
                    "connection.io_failed",
                    "connection.failed" ->
                    Phrase.of(cause(fact).key, "the broker ended it: " + cause(fact).text);
            case "connection.handshake_timed_out" ->
                    Phrase.of(
                            fact.event(),
                            "no CONNECT came within "
                                    + Wording.span(fact.number("timeout_millis"))
                                    + " on a connection from ",
                            fact.get("remote_addr"));
            case "connection.limit_reached" ->
                    Phrase.of(
                            fact.event(),
                            "mqtt.max-connections = "
                                    + fact.get("limit")
                                    + " was reached, so one was closed from ",
                            fact.get("remote_addr"));
            default -> other(fact);
        };
    }

    private static Phrase accepted(Fact fact, @Nullable Link link) {
        long keepAlive = fact.number("keep_alive_seconds");
        StringBuilder rest = new StringBuilder(" with ").append(fact.get("protocol"));
        rest.append(keepAlive == 0 ? ", no keep alive" : ", keep alive " + keepAlive + " s");
        Fact known = link == null ? null : link.get("authentication.succeeded");
        if (known != null) {
            rest.append(user(known.get("user_name")));
        }
        String how = "";
        Fact resumed = link == null ? null : link.get("session.resumed");
        Fact discarded = link == null ? null : link.get("session.discarded");
        Fact created = link == null ? null : link.get("session.created");
        if (resumed != null) {
            how = "resumed";
            rest.append("; ").append(session(resumed).text());
        } else if (created != null) {
            how = discarded == null ? "new" : "discarded";
            rest.append("; ");
            if (discarded != null) {
                rest.append(session(discarded).text()).append("; ");
            }
            rest.append(session(created).text());
        }
        return new Phrase(
                "accepted " + how,
                "connected from ",
                fact.get("remote_addr"),
                fact.host(),
                rest.toString());
    }

    private static String user(String name) {
        return name.isEmpty() ? " (no user name)" : " as user " + Wording.quoted(name);
    }

    private Phrase closed(Fact fact, @Nullable Link link) {
        Said why = why(fact, link);
        String rest = "";
        Fact suspended = link == null ? null : link.get("session.suspended");
        Fact ended = link == null ? null : link.get("session.ended");
        if (suspended != null) {
            rest = "; " + session(suspended).text();
        } else if (ended != null) {
            rest = "; " + session(ended).text();
        }
        return new Phrase("closed " + why.key, "disconnected: " + why.text, "", "", rest);
    }

    /** Why it ended, as the end of a sentence. */
    record Said(String key, String text) {}

    Said why(Fact closed, @Nullable Link link) {
        String ending = closed.get("ending");
        long code = closed.number("reason_code");
        String event =
                switch (ending) {
                    case "keep_alive_timeout" -> "connection.keep_alive_expired";
                    case "protocol_error" -> "connection.protocol_violated";
                    case "taken_over" -> "connection.taken_over";
                    case "io_error" ->
                            link != null && link.has("connection.failed")
                                    ? "connection.failed"
                                    : "connection.io_failed";
                    default -> "";
                };
        Fact cause = link == null ? null : link.get(event);
        if (cause != null) {
            return cause(cause);
        }
        String text =
                switch (ending) {
                    case "client_disconnect" ->
                            code == 0
                                    ? "the client sent DISCONNECT"
                                    : "the client sent DISCONNECT, " + ReasonNames.of(code);
                    case "peer_closed" ->
                            "the other end closed the network connection, without DISCONNECT";
                    case "keep_alive_timeout" ->
                            "nothing came from it for one and a half times its keep alive";
                    case "protocol_error" -> "it broke the protocol, " + ReasonNames.of(code);
                    case "taken_over" -> "another connection came with the same client id";
                    case "server_shutdown" -> "the broker was stopped, " + ReasonNames.of(code);
                    case "io_error" -> "the network connection broke";
                    case "storage_unavailable" ->
                            "the broker could not store what it sent, " + ReasonNames.of(code);
                    case "banned" -> "an administrator banned it";
                    case "handed_on" -> "another broker has its session and goes on with it";
                    case "rate_exceeded" ->
                            "it sent more per second than the broker allows, "
                                    + ReasonNames.of(code);
                    case "not_authorized" ->
                            "it may not be connected, or published what it may not";
                    default -> ending + ", " + ReasonNames.of(code);
                };
        return new Said(ending, text);
    }

    private Said cause(Fact fact) {
        return switch (fact.event()) {
            case "connection.keep_alive_expired" ->
                    new Said(
                            "keep_alive_timeout",
                            "the client's keep alive of "
                                    + fact.get("keep_alive_seconds")
                                    + " s ran out: nothing came from it for "
                                    + Wording.span(fact.number("idle_millis")));
            case "connection.protocol_violated" ->
                    new Said(
                            "protocol_error " + fact.get("rule"),
                            "it broke the rule "
                                    + fact.get("rule")
                                    + " with a "
                                    + fact.get("packet_type")
                                    + " packet, "
                                    + ReasonNames.of(fact.number("reason_code"))
                                    + ": "
                                    + Wording.quoted(fact.get("detail")));
            case "connection.taken_over" -> {
                Link next = links.successor(fact);
                Fact came = next == null ? null : next.get("connection.accepted");
                yield new Said(
                        "taken_over",
                        "another connection"
                                + (came == null ? "" : ", from " + came.get("remote_addr") + ",")
                                + " came with the same client id and took over");
            }
            case "connection.failed" ->
                    new Said("defect", "a defect of the broker: " + failure(fact));
            default -> new Said("io_error", "the network connection broke: " + failure(fact));
        };
    }

    static String failure(Fact fact) {
        String message = fact.get("error_msg");
        return Wording.quoted(message.isEmpty() ? fact.get("error_type") : message);
    }

    // Sessions and who may what

    private static Phrase session(Fact fact) {
        long gone = fact.number("discarded_messages");
        String lost =
                gone == 0 ? "" : ", " + Wording.count(gone, "waiting message") + " gone with it";
        String kept = Wording.kept(fact.number("expiry_seconds"));
        String event = fact.event();
        return switch (event) {
            case "session.created" ->
                    Phrase.of(
                            event,
                            fact.number("expiry_seconds") == 0
                                    ? "new session that ends with the connection"
                                    : "new session, kept " + kept + " after the connection");
            case "session.resumed" ->
                    Phrase.of(
                            event,
                            "its session was found"
                                    + contents(fact)
                                    + (fact.number("offline_millis") == 0
                                            ? ""
                                            : ", after "
                                                    + Wording.span(fact.number("offline_millis"))
                                                    + " away"));
            case "session.suspended" ->
                    Phrase.of(event, "its session is kept " + kept + contents(fact));
            case "session.ended" -> Phrase.of(event, "its session ended with it" + lost);
            case "session.discarded" ->
                    Phrase.of(event, "clean start: the session it had was discarded" + lost);
            case "session.expired" ->
                    Phrase.of(
                            event,
                            "its session expired: it did not come back within "
                                    + Wording.span(fact.number("expiry_seconds") * 1000)
                                    + lost);
            case "session.queue_filled" ->
                    Phrase.of(
                            event,
                            "its queue is full ("
                                    + Wording.count(fact.number("queued_messages"), "message")
                                    + ", "
                                    + fact.number("queued_bytes")
                                    + " bytes): what comes now for it is dropped");
            case "session.redelivered" ->
                    Phrase.of(
                            event,
                            Wording.count(
                                            fact.number("publishes") + fact.number("pubrels"),
                                            "packet")
                                    + " that it had not acknowledged were sent again");
            case "session.state_restored" ->
                    Phrase.of(
                            event,
                            "the broker read back its state: "
                                    + Wording.count(fact.number("sessions"), "session")
                                    + ", "
                                    + Wording.count(fact.number("queued_messages"), "message")
                                    + " waiting for them");
            case String unknown -> Phrase.of(unknown, unknown);
        };
    }

    /** What a session holds. */
    private static String contents(Fact fact) {
        long subscriptions = fact.number("subscriptions");
        long waiting = fact.number("queued_messages");
        long sent = fact.number("in_flight_messages");
        return (subscriptions == 0
                        ? " (no subscription"
                        : " (" + Wording.count(subscriptions, "subscription"))
                + (waiting == 0 ? "" : ", " + Wording.count(waiting, "message") + " waiting")
                + (sent == 0 ? "" : ", " + sent + " sent before and not acknowledged")
                + ")";
    }

    private Phrase authentication(Fact fact) {
        return switch (fact.event()) {
            case "authentication.failed" ->
                    Phrase.of(
                            fact.event(),
                            "not let in, "
                                    + ReasonNames.of(fact.number("reason_code"))
                                    + user(fact.get("user_name"))
                                    + why(fact)
                                    + ", from ",
                            fact.get("remote_addr"));
            case "authentication.revoked" ->
                    Phrase.of(
                            fact.event(),
                            "its user was removed or has another password",
                            user(fact.get("user_name")));
            case "authentication.publish_denied" ->
                    Phrase.of(
                            fact.event() + " " + fact.get("rule"),
                            "may not publish, "
                                    + ReasonNames.of(fact.number("reason_code"))
                                    + deniedBy(fact)
                                    + ", to ",
                            Wording.quoted(fact.get("topic_name")));
            default -> other(fact);
        };
    }

    /** What only the operator is told of a refusal. */
    private static String why(Fact failed) {
        String detail = failed.get("detail");
        return detail.isEmpty() ? "" : " (" + detail + "; " + failed.get("rule") + ")";
    }

    private static String deniedBy(Fact fact) {
        String rule = fact.get("rule");
        return rule.isEmpty() ? "" : ", denied by " + rule;
    }

    private Phrase subscription(Fact fact) {
        String filter = Wording.quoted(fact.get("topic_filter"));
        String qos = " (QoS " + fact.number("qos") + ")";
        return switch (fact.event()) {
            case "subscription.created" -> Phrase.of(fact.event(), "subscribed to ", filter + qos);
            case "subscription.replaced" ->
                    Phrase.of(fact.event(), "subscribed again to ", filter + qos);
            case "subscription.removed" -> Phrase.of(fact.event(), "unsubscribed from ", filter);
            case "subscription.revoked" ->
                    Phrase.of(
                            fact.event() + " " + fact.get("rule"),
                            "its subscription was ended" + deniedBy(fact) + ": ",
                            filter);
            case "subscription.not_found" ->
                    Phrase.of(fact.event(), "unsubscribed from what it had not, ", filter);
            case "subscription.refused" ->
                    Phrase.of(
                            fact.event() + " " + fact.get("reason_code"),
                            "its subscription was refused, "
                                    + ReasonNames.of(fact.number("reason_code"))
                                    + ", "
                                    + Wording.quoted(fact.get("detail"))
                                    + ": ",
                            filter);
            default -> other(fact);
        };
    }

    // The node

    private Phrase node(Fact fact) {
        return switch (fact.event()) {
            case NodeRuns.START ->
                    runs.isCrash(fact)
                            ? Phrase.of(
                                    "crash",
                                    "the broker started again; it had not been stopped in order (killed, crashed, or without power), which ended every connection")
                            : Phrase.of(fact.event(), "the broker started");
            case NodeRuns.READY -> Phrase.of(fact.event(), "the broker was ready");
            case NodeRuns.STOPPING -> Phrase.of(fact.event(), "the broker was asked to stop");
            case "journal.append_failed" ->
                    Phrase.of(
                            fact.event(),
                            "the broker could not write to its disk (shard "
                                    + fact.get("shard")
                                    + "): "
                                    + failure(fact));
            case "journal.recovered" ->
                    Phrase.of(
                            fact.event(),
                            "the broker's disk takes records again (shard "
                                    + fact.get("shard")
                                    + ") after "
                                    + Wording.span(fact.number("failed_millis")));
            default -> other(fact);
        };
    }

    /** What this code does not know is told in the catalogue's words. */
    Phrase other(Fact fact) {
        CataloguedEvent known = catalogue.get(fact.event());
        return Phrase.of(fact.event(), fact.event() + (known == null ? "" : ": " + known.cause()));
    }
}
