package io.robustmq.protocol;

import java.util.List;

/** An UNSUBSCRIBE with at least one filter. */
public record Unsubscribe(int packetId, List<String> filters) {}
