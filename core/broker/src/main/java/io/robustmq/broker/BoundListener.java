package io.robustmq.broker;

import java.net.SocketAddress;

/**
 * A listener that is open.
 *
 * @param address what it got; with port 0 asked for, the port is there
 */
public record BoundListener(String name, String transport, SocketAddress address) {

    /** {@code 127.0.0.1:1883}, {@code [::1]:1883} or {@code unix:/path}. */
    public String text() {
        return Addresses.text(address);
    }
}
