package io.robustmq.replication;

import io.robustmq.telemetry.event.Events;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node that now and then writes the shard; several may believe that they should. */
final class SimWriter {
    static final WriterSettings SETTINGS =
            new WriterSettings(
                    new WriterSettings.Copies(3, 2),
                    new WriterSettings.Rolling(
                            900,
                            Duration.ofMillis(900),
                            Duration.ofMillis(250),
                            700,
                            Duration.ofMillis(400)),
                    new WriterSettings.Sending(
                            150, 400, Duration.ofMillis(60), Duration.ofMillis(70)),
                    new WriterSettings.Waiting(3000, Duration.ofSeconds(3)));

    final String node;
    private final SimWorld world;
    private final SimNetwork network;
    private final SimMetadata metadata;
    private final History history;
    private final Supplier<List<Nodes.Candidate>> nodes;
    private final Events events;

    private int lives;
    private long records;
    @Nullable SimProcess process;
    @Nullable Writer writer;

    SimWriter(
            String node,
            SimWorld world,
            SimNetwork network,
            SimMetadata metadata,
            History history,
            Supplier<List<Nodes.Candidate>> nodes,
            Events events) {
        this.node = node;
        this.world = world;
        this.network = network;
        this.metadata = metadata;
        this.history = history;
        this.nodes = nodes;
        this.events = events;
    }

    boolean isUp() {
        return process != null;
    }

    void start(WriterSettings settings) {
        SimProcess life = new SimProcess(node, world);
        process = life;
        String owner = node + "-" + lives++;
        Writer started =
                new Writer(
                        "shard",
                        owner,
                        settings,
                        new Ports(
                                metadata.of(life),
                                network.transport(node),
                                nodes::get,
                                life::nanoTime,
                                world.chance.split(),
                                events));
        writer = started;
        network.join(
                node,
                (from, message) ->
                        life.run(() -> {
                            if (message instanceof Message.Reply reply) {
                                started.receive(from, reply);
                            }
                        }));
        metadata.watch(life, started::told);
        life.ticks(() -> {
            started.tick();
            history.committed(owner, started.committedEnd());
        });
        started.open();
    }

    /** Some records at once. */
    void append(int count) {
        SimProcess life = process;
        if (life != null) {
            life.run(() -> appendNow(count));
        }
    }

    private void appendNow(int count) {
        Writer to = writer;
        if (to == null) {
            return;
        }
        for (int i = 0; i < count; i++) {
            String record =
                    node + "." + lives + "." + records++ + "x".repeat(world.chance.nextInt(40));
            String owner = node + "-" + lives;
            history.offered(record);
            to.append(
                    History.entry(record),
                    new AppendOutcome() {
                        @Override
                        public void appended(long offset) {
                            history.acknowledged(owner, offset, record);
                        }

                        @Override
                        public void failed(AppendFailure why) {
                            // nobody was told that it is kept
                        }
                    });
        }
        if (world.oneIn(2)) {
            to.flush();
        }
    }

    void trim(long below) {
        SimProcess life = process;
        Writer to = writer;
        if (life != null && to != null) {
            life.run(() -> {
                long at = Math.min(below, to.committedEnd());
                if (at > 0) {
                    history.trimmed(at);
                    to.trim(at);
                }
            });
        }
    }

    long committedEnd() {
        return writer == null ? 0 : writer.committedEnd();
    }

    /** Whether it has found out that it writes no more, or was killed. */
    boolean isOver() {
        return writer == null || writer.ended() != null;
    }

    boolean isOpen() {
        return writer != null && writer.isOpen();
    }

    void kill() {
        if (process != null) {
            process.kill();
            process = null;
            writer = null;
            network.join(node, null);
        }
    }
}
