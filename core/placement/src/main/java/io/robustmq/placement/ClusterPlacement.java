package io.robustmq.placement;

import io.robustmq.journal.Shard;
import io.robustmq.telemetry.event.Events;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Placement by a group of members that agree by Raft, of which this is one. A node that is alone is
 * a group of one.
 *
 * <p>Bound: {@link RaftMember#MAX_WAITING} changes; above it a change fails at once with {@link
 * PlacementBusyException}.
 */
public final class ClusterPlacement implements Placement {
    private final PlacementSettings settings;
    private final Records records;
    private final InstantSource clock;
    private final PlacementHistory history = new PlacementHistory();
    private final StateMachine machine = new StateMachine(history::add);
    private final RaftThread thread = new RaftThread(this::afterEach);
    private final Registry registry;
    private final RaftMember member;
    private final MemberChanges members;
    private final Expiry expiry;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();
    private final AtomicInteger waiting = new AtomicInteger();

    private boolean opened;
    private volatile boolean accepting;
    private boolean closed;

    /**
     * @param log open until placement is closed; nobody else appends to it. What is below a trim
     *     may go
     * @param network opened and closed by placement
     */
    public ClusterPlacement(
            PlacementSettings settings,
            Shard log,
            PlacementNetwork network,
            InstantSource clock,
            RandomGenerator chance,
            Events events) {
        this.settings = settings;
        this.clock = clock;
        records = new ShardRecords(log);
        registry =
                new Registry(
                        settings.nodeTimeout(),
                        System::nanoTime,
                        machine::state,
                        this::submit,
                        events);
        member =
                new RaftMember(
                        settings,
                        new RaftMember.World(
                                records,
                                network,
                                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()),
                                chance,
                                events),
                        thread,
                        machine,
                        registry);
        members = new MemberChanges(member);
        expiry = new Expiry(this::due, this::submit);
    }

    private void afterEach() {
        member.afterEach();
    }

    /**
     * Returns for a group of one once it takes changes. For others once it takes part; {@link
     * #ready} tells when the group has a leader and this member has what was agreed before.
     *
     * @throws PlacementRefusedException if this member was removed from its group
     */
    @Override
    public synchronized void open() throws IOException {
        if (opened || closed) {
            throw new IllegalStateException("placement is opened once");
        }
        member.open();
        opened = true;
        thread.start();
        if (settings.isAlone()) {
            await(member.ready());
        } else {
            Thread.ofVirtual().name("placement-registry").start(registry);
        }
        accepting = true;
        Thread.ofVirtual().name("placement-expiry").start(expiry);
    }

    private static void await(CompletableFuture<Void> end) throws IOException {
        try {
            end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while placement was opened", e);
        }
    }

    /**
     * Completes once this member has all that was agreed before it started; exceptionally with
     * {@link PlacementRefusedException} if it must not take part.
     */
    public CompletableFuture<Void> ready() {
        return member.ready().copy();
    }

    /** Whether this member leads the group, as far as it knows. */
    public boolean isLeading() {
        return registry.isLeading();
    }

    private Command.@Nullable Expire due() {
        Instant now = clock.instant();
        return registry.isLeading() && records.failure() == null && machine.state().hasExpired(now)
                ? new Command.Expire(now)
                : null;
    }

    private CompletableFuture<PlacementState.Step> submit(Command command) {
        return asked(done -> member.submit(command, done));
    }

    /** Has the member's thread do it. */
    private <T> CompletableFuture<T> asked(Consumer<CompletableFuture<T>> task) {
        if (!accepting) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("placement is not open"));
        }
        if (waiting.incrementAndGet() > RaftMember.MAX_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new PlacementBusyException(RaftMember.MAX_WAITING));
        }
        CompletableFuture<T> done = new CompletableFuture<>();
        thread.execute(() -> task.accept(done));
        return done.whenComplete((result, failure) -> waiting.decrementAndGet());
    }

    /** Completes once {@link #view} has all that was agreed when this was called. */
    public CompletableFuture<Void> barrier() {
        return asked(member::barrier);
    }

    // Who takes part; the member that leads is to be asked

    public CompletableFuture<List<MemberStatus>> members() {
        return asked(members::status);
    }

    /** Lets a member in that asks for it. */
    public CompletableFuture<Agreement> addMember(String name, Author by, String why) {
        return agree(done -> members.add(name, by, why, done));
    }

    /** Takes a member out, whether it runs or not. */
    public CompletableFuture<Agreement> removeMember(String name, Author by, String why) {
        return agree(done -> members.remove(name, by, why, done));
    }

    /** Takes a member out that is dead, and lets in the one of the same name that asks for it. */
    public CompletableFuture<Agreement> replaceMember(String name, Author by, String why) {
        return agree(done -> members.replace(name, by, why, done));
    }

    @Override
    public CompletableFuture<Long> register(Node node) {
        return submit(new Command.Register(node)).thenApply(ClusterPlacement::registered);
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
        return submit(new Command.Register(node, instance))
                .thenApply(step -> step.answer(NodeAnswer.class));
    }

    @Override
    public CompletableFuture<Agreement> deregister(NodeEpoch node) {
        return agree(new Command.Deregister(node.nodeId(), node.epoch()));
    }

    @Override
    public CompletableFuture<Long> deregister(String nodeId) {
        Node.checkId(nodeId);
        return submit(new Command.Deregister(nodeId)).thenApply(ClusterPlacement::revision);
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
        return submit(command).thenApply(PlacementState.Step::agreement);
    }

    private CompletableFuture<Agreement> agree(
            Consumer<CompletableFuture<PlacementState.Step>> task) {
        return asked(task).thenApply(PlacementState.Step::agreement);
    }

    @Override
    public CompletableFuture<DocumentAnswer> change(
            List<DocumentChange> changes, Author by, String why) {
        return submit(new Command.ChangeDocuments(changes, by, why))
                .thenApply(step -> step.answer(DocumentAnswer.class));
    }

    @Override
    public CompletableFuture<ClaimAnswer> changeClaims(NodeEpoch node, List<ClaimChange> changes) {
        return submit(new Command.ChangeClaims(node, changes))
                .thenApply(step -> step.answer(ClaimAnswer.class));
    }

    @Override
    public CompletableFuture<Boolean> heartbeat(NodeEpoch node) {
        if (accepting) {
            thread.execute(() -> member.heartbeat(node));
        }
        return CompletableFuture.completedFuture(machine.state().nodes().isCurrent(node));
    }

    @Override
    public PlacementView view() {
        return new PlacementView(machine.state());
    }

    @Override
    public LogOrders logOrders() {
        return machine.state().logOrders();
    }

    @Override
    public List<Node> nodes() {
        return machine.state().nodes().all();
    }

    @Override
    public long revision() {
        return machine.state().revision();
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
        accepting = false;
        if (!opened) {
            return;
        }
        expiry.close();
        registry.close();
        thread.execute(member::closeAfterwards);
        thread.close();
        watches.forEach(Watch::close);
    }
}
