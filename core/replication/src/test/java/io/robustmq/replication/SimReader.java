package io.robustmq.replication;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads what any replica serves, from segments that may be sealed by now. */
final class SimReader {
    private static final String NODE = "reader";

    private final SimWorld world;
    private final SimNetwork network;
    private final SimMetadata metadata;
    private final History history;
    private final Set<Long> expected = new HashSet<>();
    private List<Entry> collected = new ArrayList<>();
    private long requests;
    private long wanted;

    SimReader(SimWorld world, SimNetwork network, SimMetadata metadata, History history) {
        this.world = world;
        this.network = network;
        this.metadata = metadata;
        this.history = history;
    }

    void start() {
        network.join(NODE, this::receive);
        read();
    }

    private void read() {
        List<Versioned<Segment>> segments = metadata.view().segments();
        if (!segments.isEmpty()) {
            int back = world.chance.nextInt(Math.min(3, segments.size()));
            Segment segment = segments.get(segments.size() - 1 - back).value();
            String node = segment.ensemble().get(world.chance.nextInt(segment.ensemble().size()));
            ask(node, segment, segment.id().firstOffset() + world.chance.nextInt(30), -1);
        }
        world.in(world.millis(5, 40), this::read);
    }

    private long ask(String node, Segment segment, long from, long committed) {
        long request = ++requests;
        expected.add(request);
        network.transport(NODE)
                .send(node, new Message.Read(segment.id(), 0, committed, from, 100_000, request));
        return request;
    }

    private void receive(String from, Message message) {
        if (message instanceof Message.Records records && expected.contains(records.request())) {
            expected.remove(records.request());
            long offset = records.from();
            for (Entry entry : records.entries()) {
                history.served(from, offset++, entry);
            }
            if (records.request() == wanted) {
                collected.addAll(records.entries());
            }
        }
    }

    /** All that {@code node} serves of a segment before {@code end}; takes time. */
    List<Entry> all(String node, Segment segment, long end) {
        List<Entry> all = new ArrayList<>();
        while (segment.id().firstOffset() + all.size() < end) {
            collected = new ArrayList<>();
            wanted = ask(node, segment, segment.id().firstOffset() + all.size(), end - 1);
            world.run(20 * SimWorld.MILLI);
            if (collected.isEmpty()) {
                break;
            }
            all.addAll(collected);
        }
        long most = end - segment.id().firstOffset();
        return all.subList(0, (int) Math.min(most, all.size()));
    }
}
