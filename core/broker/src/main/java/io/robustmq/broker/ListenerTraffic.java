package io.robustmq.broker;

import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketType;
import org.jspecify.annotations.Nullable;

/** What the clients sent and got that came in by one listener and speak one version of MQTT. */
public final class ListenerTraffic {
    private static final int TYPES = PacketType.values().length;

    // what a loop counts of it, by its place
    static final int BEGUN = 0;
    static final int ENDED = 1;
    private static final int RECEIVED = 2;
    private static final int SENT = RECEIVED + TYPES;
    static final int CELLS = SENT + TYPES;

    private final String listener;
    private final @Nullable MqttVersion version;
    private final long[] counted;

    ListenerTraffic(String listener, @Nullable MqttVersion version, long[] counted) {
        this.listener = listener;
        this.version = version;
        this.counted = counted;
    }

    static int received(PacketType type) {
        return RECEIVED + type.ordinal();
    }

    static int sent(PacketType type) {
        return SENT + type.ordinal();
    }

    public String listener() {
        return listener;
    }

    /** Null of clients that have not told one. */
    public @Nullable MqttVersion version() {
        return version;
    }

    /** Connections that are open. */
    public long connections() {
        return Math.max(0, counted[BEGUN] - counted[ENDED]); // not read at one moment
    }

    public long packetsReceived(PacketType type) {
        return counted[received(type)];
    }

    public long packetsSent(PacketType type) {
        return counted[sent(type)];
    }

    /** Whether there ever was such a client. */
    boolean isUsed() {
        return counted[BEGUN] > 0;
    }
}
