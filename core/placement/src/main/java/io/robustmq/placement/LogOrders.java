package io.robustmq.placement;

import java.util.List;

/**
 * What every node is to log beside what its configuration says.
 *
 * @param revision of the state that has these
 * @param levels in the order that they are to be followed in: of a category first the one that
 *     stays, then the one for a while
 */
public record LogOrders(long revision, List<TraceOrder> traces, List<LevelOrder> levels) {}
