package io.robustmq.architecture.wrong.placement;

import io.netty.buffer.ByteBuf;

/** Breaks the rule of its name. */
final class PlacementUsesNetty {
    Class<?> type = ByteBuf.class;
}
