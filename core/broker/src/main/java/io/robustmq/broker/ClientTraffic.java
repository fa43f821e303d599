package io.robustmq.broker;

import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketType;
import org.jspecify.annotations.Nullable;

/**
 * Counts the packets of one connection, where they belong ({@link Traffic}). Those of another home
 * are counted nowhere. On the connection's loop.
 */
final class ClientTraffic {
    private final @Nullable String listener; // null of another home
    private Traffic of;
    private LoopCells cells;
    private @Nullable MqttVersion version;
    private boolean begun;

    /**
     * @param listener that it came in by; null of another home
     */
    ClientTraffic(Traffic of, @Nullable String listener) {
        this.listener = listener;
        this.of = of;
        this.cells = find();
    }

    private LoopCells find() {
        return listener == null ? of.ofOtherHomes() : of.of(listener, version);
    }

    void begin() {
        begun = true;
        cells.add(ListenerTraffic.BEGUN, 1);
    }

    /** Its CONNECT says so. */
    void speaks(MqttVersion told) {
        cells.add(ListenerTraffic.ENDED, 1);
        version = told;
        cells = find();
        cells.add(ListenerTraffic.BEGUN, 1);
    }

    /** The connection is moved there. */
    void isOn(Traffic ofLoop) {
        of = ofLoop;
        cells = find();
    }

    void end() {
        if (begun) {
            begun = false;
            cells.add(ListenerTraffic.ENDED, 1);
        }
    }

    void received(PacketType type) {
        cells.add(ListenerTraffic.received(type), 1);
    }

    /** The same for one whose reason code is counted too. */
    void received(PacketType type, ReasonedPacket packet, int reasonCode) {
        received(type);
        if (listener != null) {
            of.reason(packet, reasonCode);
        }
    }

    void sent(PacketType type) {
        cells.add(ListenerTraffic.sent(type), 1);
    }

    /** What a packet says that is counted by {@link #sent}. */
    void told(ReasonedPacket packet, int reasonCode) {
        if (listener != null) {
            of.reason(packet, reasonCode);
        }
    }
}
