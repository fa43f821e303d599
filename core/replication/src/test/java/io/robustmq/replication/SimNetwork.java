package io.robustmq.replication;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Loses, repeats, delays and reorders messages, and cuts nodes off, one way or both. */
final class SimNetwork {
    private record Way(String from, String to) {}

    /** A message that is delivered, and what a mutation makes of it. */
    interface Tap {
        void deliver(String from, String to, Message message, BiConsumer<String, Message> on);
    }

    private final SimWorld world;
    private final Tap tap;
    private final Map<String, BiConsumer<String, Message>> nodes = new HashMap<>();
    private final Set<Way> cut = new HashSet<>();
    private int lossPercent;
    private int twicePercent;
    private int latePercent;

    SimNetwork(SimWorld world, Tap tap) {
        this.world = world;
        this.tap = tap;
    }

    void join(String node, @Nullable BiConsumer<String, Message> receiver) {
        if (receiver == null) {
            nodes.remove(node);
        } else {
            nodes.put(node, receiver);
        }
    }

    Transport transport(String from) {
        return (to, message) -> send(from, to, message);
    }

    void faults(int loss, int twice, int late) {
        lossPercent = loss;
        twicePercent = twice;
        latePercent = late;
    }

    void cut(String from, String to) {
        cut.add(new Way(from, to));
    }

    void mend(String from, String to) {
        cut.remove(new Way(from, to));
    }

    void mendAll() {
        cut.clear();
    }

    private void send(String from, String to, Message message) {
        if (cut.contains(new Way(from, to)) || chance(lossPercent)) {
            return;
        }
        Message sent = world.oneIn(8) ? overTheWire(message) : message;
        for (int copies = chance(twicePercent) ? 2 : 1; copies > 0; copies--) {
            long delay = chance(latePercent) ? world.millis(10, 600) : world.millis(0, 2);
            world.in(delay, () -> deliver(from, to, sent));
        }
    }

    private void deliver(String from, String to, Message message) {
        if (cut.contains(new Way(from, to))) {
            return;
        }
        BiConsumer<String, Message> node = nodes.get(to);
        if (node != null) {
            tap.deliver(from, to, message, node);
        }
    }

    private boolean chance(int percent) {
        return percent > 0 && world.chance.nextInt(100) < percent;
    }

    private static Message overTheWire(Message message) {
        return switch (MessageCodec.decode(MessageCodec.encoded(message))) {
            case MessageCodec.Decoded.Whole(Message same) -> same;
            case MessageCodec.Decoded.Malformed(String why) -> throw new AssertionError(why);
        };
    }
}
