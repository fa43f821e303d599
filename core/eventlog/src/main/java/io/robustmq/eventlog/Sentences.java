package io.robustmq.eventlog;

import java.util.Map;
import java.util.Set;

/** Events as sentences. */
final class Sentences {
    private static final Set<String> ENVELOPE =
            Set.of(
                    "seq",
                    "time",
                    "event",
                    "level",
                    "service",
                    "node_id",
                    "suppressed",
                    "trace_id",
                    "span_id",
                    "protocol",
                    "client_id");

    private Sentences() {}

    static String of(EventFields event) {
        String connection = "connection " + event.get("connection_id");
        String reason = reason(event);
        return switch (event.get("event")) {
            case "connection.accepted" ->
                    connection
                            + " from "
                            + text(event, "remote_addr")
                            + " was accepted ("
                            + text(event, "protocol")
                            + ", keep alive "
                            + event.get("keep_alive_seconds")
                            + " s, session "
                            + (event.get("session_present").equals("true") ? "resumed" : "new")
                            + ")";
            case "connection.refused" ->
                    connection
                            + " from "
                            + text(event, "remote_addr")
                            + " was refused"
                            + reason
                            + detail(event);
            case "connection.closed" ->
                    connection
                            + " ended after "
                            + Account.duration(event.number("connected_millis"))
                            + ": "
                            + ending(event.get("ending"))
                            + reason;
            case "connection.taken_over" ->
                    connection
                            + " was closed because connection "
                            + event.get("new_connection_id")
                            + " came with the same client identifier";
            case "connection.keep_alive_expired" ->
                    connection
                            + ": nothing came for "
                            + Account.duration(event.number("idle_millis"))
                            + ", its keep alive is "
                            + event.get("keep_alive_seconds")
                            + " s";
            case "connection.protocol_violated" ->
                    connection
                            + " broke "
                            + text(event, "rule")
                            + " with "
                            + text(event, "packet_type")
                            + detail(event);
            case "connection.write_blocked" ->
                    connection
                            + " reads too slowly: "
                            + event.get("pending_bytes")
                            + " bytes wait in its socket";
            case "connection.write_resumed" ->
                    connection
                            + " caught up after "
                            + Account.duration(event.number("blocked_millis"))
                            + ", missed "
                            + Account.count(event.number("dropped"), "QoS 0 message");
            case "connection.io_failed" ->
                    connection + ": its socket failed: " + text(event, "error_msg");
            case "authentication.succeeded" -> "it proved to be user " + text(event, "user_name");
            case "authentication.failed" ->
                    "it did not prove to be user "
                            + text(event, "user_name")
                            + ", from "
                            + text(event, "remote_addr")
                            + reason;
            case "authentication.publish_denied" ->
                    "it may not publish to " + text(event, "topic_name") + reason;
            case "session.created" ->
                    "a session began, kept for "
                            + Account.seconds(event.number("expiry_seconds"))
                            + " after its connection";
            case "session.resumed" ->
                    "its session was found: "
                            + Account.count(event.number("subscriptions"), "subscription")
                            + ", "
                            + Account.count(event.number("queued_messages"), "message")
                            + " waiting, away for "
                            + Account.duration(event.number("offline_millis"));
            case "session.suspended" ->
                    "its session is kept for "
                            + Account.seconds(event.number("expiry_seconds"))
                            + " with "
                            + Account.count(event.number("subscriptions"), "subscription")
                            + ", "
                            + Account.count(event.number("queued_messages"), "message")
                            + " waiting";
            case "session.ended", "session.discarded", "session.expired" ->
                    "its session "
                            + switch (event.get("event")) {
                                case "session.ended" -> "ended with the connection";
                                case "session.discarded" ->
                                        "was discarded, the client asked for a clean start";
                                default -> "expired while the client was away";
                            }
                            + ", "
                            + Account.count(event.number("discarded_messages"), "message")
                            + " gone with it";
            case "session.queue_filled" ->
                    "its queue is full: "
                            + Account.count(event.number("queued_messages"), "message")
                            + " wait, what comes is dropped";
            case "subscription.created", "subscription.replaced" ->
                    "it subscribed to "
                            + text(event, "topic_filter")
                            + " (QoS "
                            + event.get("qos")
                            + ", "
                            + event.get("retained_messages")
                            + " retained sent)";
            case "subscription.refused" ->
                    "its subscription to "
                            + text(event, "topic_filter")
                            + " was refused"
                            + reason
                            + detail(event);
            case "subscription.removed" -> "it unsubscribed from " + text(event, "topic_filter");
            case "message.published" ->
                    text(event, "client_id")
                            + " published to "
                            + text(event, "topic_name")
                            + " (QoS "
                            + event.get("qos")
                            + ", "
                            + event.get("payload_bytes")
                            + " bytes), for "
                            + Account.count(event.number("deliveries"), "client")
                            + " at once";
            case "message.delivered" ->
                    "it was sent to "
                            + text(event, "client_id")
                            + " on "
                            + text(event, "topic_name")
                            + " (QoS "
                            + event.get("qos")
                            + ") after "
                            + event.get("latency_micros")
                            + " µs";
            case "message.dropped" ->
                    "a message on "
                            + text(event, "topic_name")
                            + " for "
                            + text(event, "client_id")
                            + " was dropped: "
                            + event.get("reason").replace('_', ' ');
            case "message.rejected" ->
                    "a message on "
                            + text(event, "topic_name")
                            + " was not taken"
                            + reason
                            + detail(event);
            case "message.unrouted" ->
                    "nobody subscribes to " + text(event, "topic_name") + ", so nobody got it";
            case String other -> other + fields(event);
        };
    }

    static String ending(String ending) {
        return switch (ending) {
            case "client_disconnect" -> "the client sent DISCONNECT";
            case "peer_closed" -> "the client closed it without DISCONNECT";
            case "keep_alive_timeout" -> "nothing came within its keep alive";
            case "protocol_error" -> "the client broke the protocol";
            case "refused" -> "it was refused";
            case "taken_over" -> "another connection took over";
            case "server_shutdown" -> "the broker stopped";
            case "io_error" -> "its socket failed";
            case "storage_unavailable" -> "the disk did not take what had to be stored";
            case String other -> other;
        };
    }

    private static String text(EventFields event, String field) {
        return Account.quoted(event.get(field));
    }

    private static String detail(EventFields event) {
        return event.get("detail").isEmpty() ? "" : ": " + event.get("detail");
    }

    private static String reason(EventFields event) {
        long code = event.number("reason_code");
        return code == 0 ? "" : String.format(" (reason code 0x%02X)", code);
    }

    private static String fields(EventFields event) {
        StringBuilder all = new StringBuilder();
        for (Map.Entry<String, String> field : event.all().entrySet()) {
            if (!ENVELOPE.contains(field.getKey())) {
                all.append(' ').append(field.getKey()).append('=');
                all.append(Account.quoted(field.getValue()));
            }
        }
        return all.toString();
    }
}
