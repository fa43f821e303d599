package io.robustmq.placement;

import io.robustmq.journal.Journal;
import io.robustmq.journal.Shard;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Latency;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    /** Of a snapshot on its way to another member, about. */
    private static final int PIECE_BYTES = 256 << 10;

    /** Between two looks at what is silent, or over. */
    static final Duration PAUSE = Duration.ofMillis(500);

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
    private final Watches watches = new Watches(history);
    private final CommandWriter writer = new CommandWriter(this::submit);
    private final AtomicInteger waiting = new AtomicInteger();
    private final ExecutorService background =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("placement-snapshots-", 0).factory());

    /** Written by the member's thread. */
    private final Latency agreements = new Latency();

    private boolean opened;
    private volatile boolean accepting;
    private boolean closed;

    /**
     * @param journal the log's, for a second shard beside it that has the log's name and {@code
     *     -received}: what a leader sends to a member that was away for long
     * @param log open until placement is closed; nobody else appends to it. What is below a trim
     *     may go
     * @param network opened and closed by placement
     */
    public ClusterPlacement(
            PlacementSettings settings,
            Journal journal,
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
                                new RaftMember.Snapshots(
                                        new ReceivedShard(journal, log), background, PIECE_BYTES),
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
        }
        accepting = true;
        thread.schedule(this::look, PAUSE.toMillis());
    }

    /** On the member's thread, which is awake for Raft's sake: another would have to be woken. */
    private void look() {
        thread.schedule(this::look, PAUSE.toMillis());
        if (settings.isReached()) {
            registry.look();
        }
        expiry.look();
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
    @Override
    public CompletableFuture<Void> ready() {
        return member.ready().copy();
    }

    /** Whether this member leads the group, as far as it knows. */
    public boolean isLeading() {
        return registry.isLeading();
    }

    /** Who leads as far as this member knows; null if nobody. */
    public @Nullable Member leader() {
        return member.knownLeader();
    }

    /**
     * Names what revisions are counted in: another group has another. Empty before it is formed.
     */
    public String history() {
        MemberId group = member.groupId();
        return group == null ? "" : group.toString();
    }

    public PlacementMeasures measures() {
        PlacementState state = machine.state();
        return new PlacementMeasures(
                member.leadership().term(),
                isLeading(),
                leader() != null,
                member.leadership().changes(),
                waiting.get(),
                registry.expired(),
                watches.following(),
                state.members().byId().size(),
                state.claims().byClient().size());
    }

    /** How long changes that were asked for here took until they were agreed. */
    public Latency agreements() {
        return agreements;
    }

    private Command.@Nullable Expire due() {
        Instant now = clock.instant();
        return registry.isLeading() && records.failure() == null && machine.state().hasExpired(now)
                ? new Command.Expire(now)
                : null;
    }

    private CompletableFuture<PlacementState.Step> submit(Command command) {
        return agreed(done -> member.submit(command, done));
    }

    private CompletableFuture<Agreement> agree(
            Consumer<CompletableFuture<PlacementState.Step>> task) {
        return agreed(task).thenApply(PlacementState.Step::agreement);
    }

    private CompletableFuture<PlacementState.Step> agreed(
            Consumer<CompletableFuture<PlacementState.Step>> task) {
        long begun = System.nanoTime();
        return asked(done -> {
            var unused = done.thenRun(() -> agreements.record(System.nanoTime() - begun, 1));
            task.accept(done);
        });
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

    /** Who asks this member to be let in. */
    public CompletableFuture<List<Member>> asking() {
        return asked(members::asking);
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

    /**
     * The same changes for somebody who may have asked another member for this one already: each is
     * done once, and answered as it was then.
     *
     * @param origin drawn when that one started
     * @param number of this change; of two that are under way at once the difference is less than
     *     4,096
     */
    public PlacementWriter once(MemberId origin, long number) {
        CommandId id = new CommandId(origin, number);
        return new CommandWriter(command -> agreed(done -> member.submit(id, command, done)));
    }

    @Override
    public CompletableFuture<Long> register(Node node) {
        return writer.register(node);
    }

    @Override
    public CompletableFuture<NodeAnswer> register(Node node, long instance) {
        return writer.register(node, instance);
    }

    @Override
    public CompletableFuture<Agreement> deregister(NodeEpoch node) {
        return writer.deregister(node);
    }

    @Override
    public CompletableFuture<Long> deregister(String nodeId) {
        return writer.deregister(nodeId);
    }

    @Override
    public CompletableFuture<Agreement> beginTrace(TraceOrder order) {
        return writer.beginTrace(order);
    }

    @Override
    public CompletableFuture<Agreement> endTrace(String id, Author by) {
        return writer.endTrace(id, by);
    }

    @Override
    public CompletableFuture<Agreement> setLevel(LevelOrder order) {
        return writer.setLevel(order);
    }

    @Override
    public CompletableFuture<DocumentAnswer> change(
            List<DocumentChange> changes, Author by, String why) {
        return writer.change(changes, by, why);
    }

    @Override
    public CompletableFuture<ClaimAnswer> changeClaims(NodeEpoch node, List<ClaimChange> changes) {
        return writer.changeClaims(node, changes);
    }

    @Override
    public CompletableFuture<Boolean> heartbeat(NodeEpoch node) {
        PlacementState known = machine.state();
        boolean holds = known.nodes().isCurrent(node);
        if (accepting && holds) {
            member.heartbeat(node);
        }
        if (leader() == null) {
            return CompletableFuture.failedFuture(
                    new PlacementUnavailableException("this member knows none that leads"));
        }
        if (known.revision() < node.epoch()) {
            return CompletableFuture.failedFuture(
                    new PlacementUnavailableException(
                            "this member is at revision "
                                    + known.revision()
                                    + ", and the registration is of "
                                    + node.epoch()));
        }
        return CompletableFuture.completedFuture(holds);
    }

    @Override
    public Duration heartbeatPause() {
        return settings.heartbeatPause();
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
        return watches.begin(fromRevision, interests, watcher);
    }

    /** Before the first revision: who follows from there gets the whole state first. */
    public static final long NOTHING_SEEN = -1;

    /** Somebody elsewhere who has a copy. May wait: that delays only itself. */
    public interface Follower {
        void change(PlacementChange change);

        /**
         * It has all that is of interest up to there.
         *
         * @return whether it goes on
         */
        boolean progress(long revision);

        /** After so long without a change it is told its progress nevertheless. */
        Duration patience();
    }

    /**
     * As {@link #watch}, on the caller's thread, until the follower does not go on or this is
     * closed.
     *
     * @param fromRevision also one that this member does not know yet, or {@link #NOTHING_SEEN}
     */
    public void follow(long fromRevision, Set<Interest> interests, Follower follower) {
        watches.follow(
                new Watch(
                        history,
                        fromRevision,
                        interests,
                        follower::change,
                        follower::progress,
                        () -> follower.patience().toNanos()));
    }

    /**
     * Finishes the changes that wait and ends all watches; a snapshot that is being written is
     * waited for.
     */
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
        thread.execute(members::close);
        thread.execute(member::closeAfterwards);
        thread.close();
        background.close();
        watches.close();
    }
}
