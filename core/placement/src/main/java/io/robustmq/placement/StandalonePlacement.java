package io.robustmq.placement;

import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Shard;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Placement on a node that is alone. Its state is the fold over its log, read back at {@link
 * #open}; the Hazelcast member inside ({@link ConsensusMember}) runs the state machine and holds
 * its place in memory, with no other member to agree with.
 */
public final class StandalonePlacement implements Placement {
    private final Shard log;
    private final InstantSource clock;
    private final Events events;
    private final PlacementService service = new PlacementService();
    private final PlacementHistory history = new PlacementHistory();
    private final ConsensusMember member;
    private final Sequencer sequencer;
    private final Expiry expiry;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> sequencerEnded = new CompletableFuture<>();

    private boolean opened;
    private boolean closed;

    /**
     * @param log open until placement is closed; nobody else appends to it. It keeps everything
     */
    public StandalonePlacement(
            PlacementSettings settings, Shard log, InstantSource clock, Events events) {
        this.log = log;
        this.clock = clock;
        this.events = events;
        member = new ConsensusMember(settings.listen(), service);
        sequencer = new Sequencer(log, member, events, history::add);
        expiry = new Expiry(service, log, clock, sequencer::submit);
    }

    @Override
    public synchronized void open() throws IOException {
        if (opened || closed) {
            throw new IllegalStateException("placement is opened once");
        }
        boolean started = false;
        try {
            recover();
            Instant begun = clock.instant();
            member.start();
            Duration took = Duration.between(begun, clock.instant());
            events.emit(new PlacementEvent.ConsensusStarted(0, took.toMillis()));
            started = true;
        } finally {
            if (!started) {
                member.stop();
            }
        }
        Thread.ofPlatform()
                .name("placement-sequencer")
                .daemon()
                .start(() -> {
                    try {
                        sequencer.run();
                    } finally {
                        sequencerEnded.complete(null);
                    }
                });
        sequencer.accept();
        Thread.ofVirtual().name("placement-expiry").start(expiry);
        opened = true;
    }

    private void recover() throws IOException {
        if (log.firstOffset() > 0) {
            throw new IOException(
                    "the placement log begins at index " + log.firstOffset() + ", not at 0");
        }
        Recovered recovered = new Recovered(history);
        log.read(0, recovered);
        service.restore(recovered.state);
        events.emit(
                new PlacementEvent.StateRecovered(
                        recovered.state.revision(),
                        recovered.state.nodes().byId().size(),
                        log.nextOffset()));
    }

    /** The fold while the log is read; a gap in it is the end of the start. */
    private static final class Recovered implements RecordReader {
        private final PlacementHistory history;
        private PlacementState state = PlacementState.EMPTY;

        Recovered(PlacementHistory history) {
            this.history = history;
        }

        @Override
        public boolean record(long index, long epochMillis, ByteBuffer payload) throws IOException {
            try {
                PlacementState.Step step = state.apply(Command.decoded(payload));
                state = step.state();
                history.add(step);
            } catch (IOException e) {
                throw new IOException(
                        "the placement log at index " + index + ": " + e.getMessage(), e);
            }
            return true;
        }
    }

    @Override
    public CompletableFuture<Long> register(Node node) {
        return sequencer
                .submit(new Command.Register(node))
                .thenApply(StandalonePlacement::registered);
    }

    private static long registered(PlacementState.Step step) {
        return switch (step.answer(NodeAnswer.class)) {
            case NodeAnswer.Registered _ -> revision(step);
            case NodeAnswer.Full(int maxNodes) ->
                    throw new IllegalStateException(
                            "at most " + maxNodes + " nodes may be registered");
        };
    }

    @Override
    public CompletableFuture<NodeAnswer> register(Node node, long instance) {
        return sequencer
                .submit(new Command.Register(node, instance))
                .thenApply(step -> step.answer(NodeAnswer.class));
    }

    @Override
    public CompletableFuture<Agreement> deregister(NodeEpoch node) {
        return agree(new Command.Deregister(node.nodeId(), node.epoch()));
    }

    @Override
    public CompletableFuture<Long> deregister(String nodeId) {
        Node.checkId(nodeId);
        return sequencer
                .submit(new Command.Deregister(nodeId))
                .thenApply(StandalonePlacement::revision);
    }

    private static long revision(PlacementState.Step step) {
        return step.answered().revision();
    }

    @Override
    public CompletableFuture<Agreement> beginTrace(TraceOrder order) {
        return agree(new Command.BeginTrace(order));
    }

    @Override
    public CompletableFuture<Agreement> endTrace(String id, Author by) {
        return agree(new Command.EndTrace(id, by));
    }

    @Override
    public CompletableFuture<Agreement> setLevel(LevelOrder order) {
        return agree(new Command.SetLevel(order));
    }

    private CompletableFuture<Agreement> agree(Command command) {
        return sequencer.submit(command).thenApply(PlacementState.Step::agreement);
    }

    @Override
    public CompletableFuture<DocumentAnswer> change(
            List<DocumentChange> changes, Author by, String why) {
        return sequencer
                .submit(new Command.ChangeDocuments(changes, by, why))
                .thenApply(step -> step.answer(DocumentAnswer.class));
    }

    @Override
    public CompletableFuture<ClaimAnswer> changeClaims(NodeEpoch node, List<ClaimChange> changes) {
        return sequencer
                .submit(new Command.ChangeClaims(node, changes))
                .thenApply(step -> step.answer(ClaimAnswer.class));
    }

    /** Nobody is silent without the only process. */
    @Override
    public CompletableFuture<Boolean> heartbeat(NodeEpoch node) {
        return CompletableFuture.completedFuture(service.state().nodes().isCurrent(node));
    }

    @Override
    public PlacementView view() {
        return new PlacementView(service.state());
    }

    @Override
    public LogOrders logOrders() {
        return service.state().logOrders();
    }

    @Override
    public List<Node> nodes() {
        return service.state().nodes().all();
    }

    @Override
    public long revision() {
        return service.state().revision();
    }

    /** Where the Hazelcast member listens. */
    public InetSocketAddress localAddress() {
        return member.address();
    }

    /** Whether another Hazelcast member could join. */
    boolean isJoinAllowed() {
        return member.isJoinAllowed();
    }

    @Override
    public AutoCloseable watch(
            long fromRevision, Set<Interest> interests, Consumer<PlacementChange> watcher) {
        long revision = revision();
        if (fromRevision < 0 || fromRevision > revision) {
            throw new IllegalArgumentException(
                    "a watch begins at revision 0 to " + revision + ", was " + fromRevision);
        }
        Watch watch = new Watch(history, fromRevision, interests, watcher);
        watches.add(watch);
        Thread.ofVirtual()
                .name("placement-watch")
                .start(() -> {
                    try {
                        watch.run();
                    } finally {
                        watches.remove(watch);
                    }
                });
        return watch;
    }

    /** Finishes the changes that wait and ends all watches. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!opened) {
            return;
        }
        expiry.close();
        sequencer.stop();
        sequencerEnded.join();
        watches.forEach(Watch::close);
        member.stop();
    }
}
