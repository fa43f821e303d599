package io.robustmq.broker;

import java.time.Duration;
import java.util.List;

/**
 * A listener whose connections begin with a PROXY header (version 1 or 2), which says who the
 * client is.
 *
 * @param timeout from the connection to the whole header
 * @param trusted networks, such as {@code 10.0.0.0/8}, whose word is taken; others are refused
 */
public record ProxySettings(Duration timeout, List<AddressRange> trusted) {
    public ProxySettings {
        trusted = List.copyOf(trusted);
    }
}
