package io.robustmq.placement;

import java.net.InetSocketAddress;

/**
 * @param listen where the Hazelcast member listens; a loopback address, because members speak
 *     without encryption or authentication. Port 0 picks a free one
 */
public record PlacementSettings(InetSocketAddress listen) {
    public PlacementSettings {
        if (listen.isUnresolved()) {
            throw new IllegalArgumentException(
                    "placement.listen " + listen.getHostString() + " is not known as an address");
        }
        if (!listen.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "placement.listen must be a loopback address, was "
                            + listen.getAddress().getHostAddress());
        }
    }
}
