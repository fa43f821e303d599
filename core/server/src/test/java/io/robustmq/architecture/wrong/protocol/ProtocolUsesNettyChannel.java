package io.robustmq.architecture.wrong.protocol;

import io.netty.channel.ChannelId;

/** Breaks the rule of its name. */
final class ProtocolUsesNettyChannel {
    Class<?> type = ChannelId.class;
}
