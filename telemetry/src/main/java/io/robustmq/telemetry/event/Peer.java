package io.robustmq.telemetry.event;

/**
 * Who is at the other end of a connection: one object per connection, flattened into each of its
 * events.
 */
@Flatten
public record Peer(
        @Doc(
                        value =
                                "Protocol and version: mqtt/3.1, mqtt/3.1.1, mqtt/5.0, or mqtt before CONNECT was read",
                        attribute = "network.protocol.name")
                String protocol,
        @Doc("The connection's number on this node, unique since its start") long connectionId,
        @Doc(
                        value = "The client identifier, empty before CONNECT was read",
                        sensitivity = Sensitivity.IDENTITY,
                        attribute = "messaging.client.id")
                String clientId,
        @Doc(
                        value = "Address and port of the other end",
                        sensitivity = Sensitivity.IDENTITY,
                        attribute = "network.peer.address")
                String remoteAddr) {

    /** The address without port and brackets: the same for all that one machine does. */
    public String host() {
        return host(remoteAddr);
    }

    /**
     * @param remoteAddr {@code host:port}
     */
    public static String host(String remoteAddr) {
        int colon = remoteAddr.lastIndexOf(':');
        if (colon < 0) {
            return remoteAddr;
        }
        return remoteAddr.startsWith("[")
                ? remoteAddr.substring(1, Math.max(1, colon - 1))
                : remoteAddr.substring(0, colon);
    }
}
