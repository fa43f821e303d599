package io.robustmq.broker;

import io.robustmq.protocol.MqttVersion;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Packets and connections of one event loop by listener and protocol version, and reason codes. A
 * connection finds its cells once for each loop and version ({@link ClientTraffic}), so that what
 * is counted for each packet is an addition.
 */
final class Traffic {
    /** The listener of those whom another broker handed on and who came by one we do not have. */
    static final String ELSEWHERE = "elsewhere";

    private static final List<MqttVersion> VERSIONS = List.of(MqttVersion.values());

    private final List<String> listeners;

    /** By listener, and then by version; the last is of who has not told one. */
    private final List<List<LoopCells>> cells = new ArrayList<>();

    private final LoopCells otherHomes = new LoopCells(ListenerTraffic.CELLS);
    private final LoopCells reasons =
            new LoopCells(ReasonedPacket.values().length * ReasonedPacket.CODES);

    Traffic(BrokerSettings settings) {
        Set<String> names = new LinkedHashSet<>();
        settings.connections().listeners().forEach(each -> names.add(each.name()));
        names.add(ELSEWHERE);
        this.listeners = List.copyOf(names);
        for (int listener = 0; listener < listeners.size(); listener++) {
            List<LoopCells> ofListener = new ArrayList<>();
            for (int version = 0; version <= VERSIONS.size(); version++) {
                ofListener.add(new LoopCells(ListenerTraffic.CELLS));
            }
            cells.add(ofListener);
        }
    }

    // the loop's thread

    /**
     * @param version null of who has not told one
     */
    LoopCells of(String listener, @Nullable MqttVersion version) {
        int found = listeners.indexOf(listener);
        return cells.get(found < 0 ? listeners.indexOf(ELSEWHERE) : found)
                .get(version == null ? VERSIONS.size() : version.ordinal());
    }

    /** No client's, and told to nobody. */
    LoopCells ofOtherHomes() {
        return otherHomes;
    }

    void reason(ReasonedPacket packet, int reasonCode) {
        reasons.add(packet.cell(reasonCode), 1);
    }

    // any thread

    static long reasons(List<Traffic> loops, ReasonedPacket packet, int reasonCode) {
        return loops.stream().mapToLong(loop -> loop.reasons.get(packet.cell(reasonCode))).sum();
    }

    /** Of all loops, what was used. */
    static List<ListenerTraffic> of(List<Traffic> loops) {
        List<ListenerTraffic> used = new ArrayList<>();
        List<String> listeners = loops.getFirst().listeners;
        for (int listener = 0; listener < listeners.size(); listener++) {
            for (int version = 0; version <= VERSIONS.size(); version++) {
                long[] sums = new long[ListenerTraffic.CELLS];
                for (Traffic loop : loops) {
                    LoopCells part = loop.cells.get(listener).get(version);
                    for (int cell = 0; cell < sums.length; cell++) {
                        sums[cell] += part.get(cell);
                    }
                }
                ListenerTraffic each =
                        new ListenerTraffic(
                                listeners.get(listener),
                                version == VERSIONS.size() ? null : VERSIONS.get(version),
                                sums);
                if (each.isUsed()) {
                    used.add(each);
                }
            }
        }
        return used;
    }
}
