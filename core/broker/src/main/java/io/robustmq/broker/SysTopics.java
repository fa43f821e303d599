package io.robustmq.broker;

import io.robustmq.protocol.Topics;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.Peer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The broker's own figures, as messages below {@code $SYS/brokers}: each interval to those who
 * subscribe, and the last ones at once to who subscribes in between, as if they were retained. They
 * are never stored. Below {@code $SYS/brokers/<node>/clients/}, for admins, who came and went. Any
 * thread, but for {@link #tick}.
 */
final class SysTopics {
    private static final String BELOW = "$SYS";
    private static final String BROKERS = "$SYS/brokers";
    private static final byte[] NO_PROPERTIES = {};

    private final SysSettings settings;
    private final Shared shared;
    private final BrokerMeasures measures;
    private final String node;
    private final Instant begun;
    private final List<Loop> loops;
    private volatile List<Message> last = List.of();
    private long nextMillis;

    SysTopics(Shared shared, BrokerMeasures measures, List<Loop> loops) {
        this.settings = shared.settings().sys();
        this.shared = shared;
        this.measures = measures;
        this.loops = loops;
        this.node = BROKERS + '/' + settings.node() + '/';
        this.begun = shared.clock().instant();
    }

    /** Each second, on one loop. */
    void tick(long nowMillis) {
        if (settings.interval().isZero() || nowMillis < nextMillis) {
            return;
        }
        nextMillis = nowMillis + settings.interval().toMillis();
        List<Message> all = new ArrayList<>();
        values(Instant.ofEpochMilli(nowMillis))
                .forEach((topic, value) -> all.add(message(topic, value, true)));
        last = List.copyOf(all);
        if (shared.subscriptions().trie().hasFiltersBelow(BELOW)) {
            loops.stream()
                    .filter(loop -> !loop.executor().isShuttingDown())
                    .forEach(loop -> loop.executor().execute(() -> deliver(loop, all)));
        }
    }

    private static void deliver(Loop loop, List<Message> messages) {
        for (Message each : messages) {
            Route.Target[] targets = loop.router().routeOf(each.topic()).targets()[loop.index()];
            if (targets.length > 0) {
                loop.takeOver(each, targets, null);
            }
        }
    }

    /** What a new subscription gets. */
    void match(String filter, List<Message> into) {
        if (filter.startsWith(BELOW)) {
            last.stream().filter(each -> Topics.matches(filter, each.topic())).forEach(into::add);
        }
    }

    private Map<String, Object> values(Instant now) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put(BROKERS, settings.node());
        values.put(node + "version", settings.version());
        values.put(node + "sysdescr", "RobustMQ");
        values.put(node + "uptime", ChronoUnit.SECONDS.between(begun, now));
        values.put(node + "datetime", now.truncatedTo(ChronoUnit.SECONDS));
        String stats = node + "stats/";
        values.put(stats + "connections/count", measures.connections());
        values.put(stats + "live_connections/count", measures.sessionsConnected());
        values.put(
                stats + "sessions/count",
                measures.sessionsConnected() + measures.sessionsOffline());
        values.put(stats + "subscriptions/count", measures.subscriptions());
        values.put(stats + "retained/count", measures.retainedMessages());
        values.put(stats + "delayed/count", measures.delayedMessages());
        values.put(stats + "queued/count", measures.queuedMessages());
        String metrics = node + "metrics/";
        values.put(metrics + "bytes/received", measures.receivedBytes());
        values.put(metrics + "bytes/sent", measures.sentBytes());
        long received = 0;
        long sent = 0;
        for (int qos = 0; qos <= 2; qos++) {
            received += measures.publishReceived(qos);
            sent += measures.delivered(qos);
            values.put(metrics + "messages/qos" + qos + "/received", measures.publishReceived(qos));
            values.put(metrics + "messages/qos" + qos + "/sent", measures.delivered(qos));
        }
        values.put(metrics + "messages/received", received);
        values.put(metrics + "messages/sent", sent);
        long dropped = 0;
        for (DropReason reason : DropReason.values()) {
            dropped += measures.dropped(reason);
        }
        values.put(metrics + "messages/dropped", dropped);
        return values;
    }

    // clients

    void connected(Connection connection, int keepAliveSeconds, boolean cleanStart) {
        if (shared.eventTopics().isWanted()) {
            Peer peer = connection.peer();
            tell(
                    peer,
                    "connected",
                    client(connection)
                            + ",\"ipaddress\":"
                            + quoted(Addresses.host(connection.origin().remoteAddress()))
                            + ",\"proto_ver\":"
                            + connection.version().level()
                            + ",\"keepalive\":"
                            + keepAliveSeconds
                            + ",\"clean_start\":"
                            + cleanStart
                            + ",\"connected_at\":"
                            + shared.clock().millis()
                            + "}");
        }
    }

    void disconnected(Connection connection, Ending ending) {
        if (shared.eventTopics().isWanted()) {
            tell(
                    connection.peer(),
                    "disconnected",
                    client(connection)
                            + ",\"reason\":\""
                            + ending.name().toLowerCase(Locale.ROOT)
                            + "\",\"disconnected_at\":"
                            + shared.clock().millis()
                            + "}");
        }
    }

    private static String client(Connection connection) {
        return "{\"clientid\":"
                + quoted(connection.peer().clientId())
                + ",\"username\":"
                + quoted(connection.access().userName());
    }

    private void tell(Peer peer, String what, String json) {
        String topic = EventTopics.clients(settings.node()) + peer.clientId() + '/' + what;
        if (Topics.isValidTopic(topic)) {
            shared.eventTopics().publish(message(topic, json, false));
        }
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    private static Message message(String topic, Object value, boolean retain) {
        return new Message(
                topic,
                topic.getBytes(StandardCharsets.UTF_8),
                value.toString().getBytes(StandardCharsets.UTF_8),
                0,
                retain,
                Message.NEVER,
                NO_PROPERTIES,
                System.nanoTime());
    }
}
