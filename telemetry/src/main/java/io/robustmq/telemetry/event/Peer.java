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
                String remoteAddr) {}
