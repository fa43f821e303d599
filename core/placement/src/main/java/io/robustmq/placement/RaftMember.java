package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.state.RaftState;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A member of the placement group: Hazelcast's Raft, run without a Hazelcast instance. All its work
 * is done by one {@link RaftLoop}; but for {@link #open} every method is called there.
 *
 * <p>When its log cannot be kept, or a step of Raft ends with an exception, what Raft has in memory
 * cannot be trusted any more. Then it is put away, what waits is told so, and the member begins
 * anew from what is on disk, as after a crash, as soon as the disk takes records again.
 */
final class RaftMember {
    /** Changes that may wait. */
    static final int MAX_WAITING = 1024;

    /** Messages that may wait; those beyond are lost. */
    static final int MAX_MESSAGES = 4096;

    private static final long PAUSE_MILLIS = 500;
    private static final long TICK_MILLIS = 200;

    static {
        MemberClock.install();
    }

    /**
     * What snapshots need.
     *
     * @param received where those of a leader are put; nothing else is there
     * @param background for what takes long
     * @param pieceBytes of a piece on its way, about
     */
    record Snapshots(Received received, Executor background, int pieceBytes) {}

    /** The world of a member. */
    record World(
            Records records,
            Snapshots snapshots,
            PlacementNetwork network,
            LongSupplier millis,
            RandomGenerator chance,
            Events events) {}

    private final PlacementSettings settings;
    private final World world;
    private final Events events;
    private final StateMachine machine;
    private final RaftLoop loop;
    private final Registry registry;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Mail mail;
    private final Wishes wishes;
    private final Leadership leadership;
    private final Aside aside;
    private final SnapshotReceiving receiving;
    private final HeardNodes heard = new HeardNodes();
    private RaftLog log;
    private Member self;
    private Membership membership;
    private @Nullable Forming forming;
    private @Nullable RaftRun run;
    private @Nullable Throwable broken;
    private boolean left;
    private boolean closing;
    private String refusedFor = "";
    private boolean closed;
    private boolean isReady;
    private volatile @Nullable MemberId groupId;

    /** This run has folded all that was agreed before it. */
    private boolean started;

    private long begunMillis;
    private CompletableFuture<?> tellsAddress = CompletableFuture.completedFuture(null);
    private final AtomicInteger messages = new AtomicInteger();

    /**
     * @param registry told when this member begins or ceases to lead, and of heartbeats
     */
    RaftMember(
            PlacementSettings settings,
            World world,
            RaftLoop loop,
            StateMachine machine,
            Registry registry) {
        this.settings = settings;
        this.world = world;
        this.events = world.events();
        this.loop = loop;
        this.machine = machine;
        this.registry = registry;
        aside = new Aside(world.snapshots().background(), step -> loop.execute(() -> enter(step)));
        log = newLog();
        self = new Member(MemberId.drawn(world.chance()), settings.name(), settings.address());
        membership = new Membership(self);
        mail = new Mail(world.network(), events, self, settings.initialNames());
        wishes =
                new Wishes(
                        MemberId.drawn(world.chance()),
                        settings.patience().toMillis(),
                        mail,
                        world.millis());
        leadership = new Leadership(events, registry, mail);
        receiving =
                new SnapshotReceiving(
                        mail,
                        aside,
                        new SnapshotReceiving.Means(
                                world.snapshots().received(),
                                world.millis(),
                                world.chance(),
                                events));
    }

    private RaftLog newLog() {
        return new RaftLog(
                world.records(), world.snapshots().received(), aside, events, this::breakDown);
    }

    /** Reads the log. On the caller's thread, before the loop runs. */
    void open() throws IOException {
        begunMillis = now();
        log.recover();
        if (log.hasLeft()) {
            throw new PlacementRefusedException(
                    "this member was removed from the placement group; to use the node again,"
                            + " empty its folder");
        }
        Member known = log.self();
        if (known != null) {
            self = new Member(known.id(), settings.name(), settings.address());
            membership = new Membership(self);
        }
        log.identify(self);
        if (log.founders().isEmpty() && settings.isAlone()) {
            log.found(List.of(self));
        }
        mail.from(self);
        world.network().open(this::receive);
        loop.execute(() -> enter(this::begin));
        loop.schedule(() -> enter(this::tick), TICK_MILLIS);
    }

    long now() {
        return world.millis().getAsLong();
    }

    /** On the loop; not at all if it is closed before that. */
    void later(Runnable step, long millis) {
        loop.schedule(() -> enter(step), millis);
    }

    /** Completes once it has folded all that was agreed before it began. Any thread. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    /** Every step of the member goes through here. */
    private void enter(Runnable step) {
        if (closed) {
            return;
        }
        MemberClock.bind(world.millis());
        try {
            step.run();
        } catch (RuntimeException | AssertionError e) {
            breakDown(e);
        }
        Throwable cause = broken;
        if (left) {
            end(new PlacementRefusedException("this member was removed from the placement group"));
        } else if (cause != null && run != null) {
            events.emit(new PlacementEvent.ConsensusFailed(Failure.of(cause)));
            end(new IOException("placement's member stopped: " + cause.getMessage(), cause));
            loop.schedule(() -> enter(this::beginAnew), PAUSE_MILLIS);
        }
    }

    private void breakDown(Throwable cause) {
        if (broken == null) {
            broken = cause;
        }
    }

    private void end(IOException why) {
        RaftRun ending = run;
        run = null;
        if (ending != null) {
            ending.end();
        }
        log.retire();
        leadership.note(null);
        wishes.failAll(why);
    }

    private void begin() {
        if (log.founders().isEmpty()) {
            Forming asks = new Forming(settings, self, events);
            forming = asks;
            mail.greetAll(asks.addresses());
        } else {
            beginRaft();
        }
    }

    private void beginRaft() {
        forming = null;
        started = false;
        membership.forget();
        machine.begin(log.founders());
        mail.group(log);
        groupId = log.group();
        Folding folding = new Folding(machine, wishes, mail, events);
        RaftRun begun = new RaftRun(settings, log, loop, new Owner(), folding, mail, this::sending);
        run = begun;
        begun.start();
    }

    private SnapshotSending sending(RaftState raft) {
        return new SnapshotSending(
                raft,
                mail,
                aside,
                new SnapshotSending.Means(
                        world.snapshots().pieceBytes(),
                        settings.snapshotEvery(),
                        world.millis(),
                        world.chance(),
                        events));
    }

    /** Reads its log here, on the loop: Raft does not run meanwhile. */
    private void beginAnew() {
        begunMillis = now();
        try {
            IOException still = world.records().failure();
            if (still != null) {
                throw still;
            }
            RaftLog fresh = newLog();
            fresh.recover();
            log = fresh;
        } catch (IOException e) {
            loop.schedule(() -> enter(this::beginAnew), PAUSE_MILLIS);
            return;
        }
        broken = null;
        begin();
    }

    /** After what the loop had at once. */
    void afterEach() {
        enter(() -> {
            RaftRun current = run;
            if (current != null) {
                current.sync();
                wishes.applied(current.applied());
                noteLeader(current);
            }
        });
        if (closing) {
            close();
        }
    }

    private void noteLeader(RaftRun current) {
        if (leadership.note(current)) {
            membership.forget();
            wishes.again(current);
        }
    }

    /** After what the loop has at once. */
    void closeAfterwards() {
        closing = true;
    }

    private void close() {
        enter(() -> {
            end(new IOException("placement is closed"));
            ready.completeExceptionally(new IOException("placement is closed"));
            world.network().close();
        });
        closed = true;
    }

    // Time

    private void tick() {
        loop.schedule(() -> enter(this::tick), TICK_MILLIS);
        Forming asks = forming;
        if (asks != null) {
            asks.tick();
            mail.greetAll(asks.addresses());
        }
        RaftRun current = run;
        receiving.tick(current);
        if (current == null) {
            return;
        }
        current.tick();
        tellHeard(current);
        wishes.tick(current);
        if (current.isLeader()) {
            membership.follow(current, agreedMembers().keySet(), now());
        }
        if (current.leader() == null) {
            mail.askAll(group()); // addresses may be new
        }
        tellOwnAddress(current);
    }

    Map<MemberId, Member> agreedMembers() {
        return machine.folded().members().byId();
    }

    boolean hasGone(MemberId id) {
        return machine.folded().members().gone().contains(id);
    }

    private void tellOwnAddress(RaftRun current) {
        Member agreed = agreedMembers().get(self.id());
        if (isReady
                && agreed != null
                && !agreed.address().equals(self.address())
                && current.leader() != null
                && tellsAddress.isDone()) {
            CompletableFuture<PlacementState.Step> told = new CompletableFuture<>();
            tellsAddress = told;
            Author by = new Author(self.name(), Admin.NODE);
            submit(
                    new Command.MoveMember(self.id(), self.address(), by, "it is reached there"),
                    told);
        }
    }

    // Changes and questions

    void submit(Command command, CompletableFuture<PlacementState.Step> done) {
        submit(null, command, done);
    }

    /**
     * @param id of who wants it, and may want it at another member as well; null for one of this
     *     member's own
     */
    void submit(
            @Nullable CommandId id, Command command, CompletableFuture<PlacementState.Step> done) {
        RaftRun current = Wishes.running(closed ? null : run, broken, done);
        if (current != null) {
            enter(() -> wishes.submit(current, id, command, done));
        }
    }

    /**
     * A node is there: whoever leads is to know, of all that were heard of at once. Any thread: no
     * other is woken for it.
     */
    void heartbeat(NodeEpoch node) {
        if (registry.isLeading()) {
            registry.heartbeat(node);
        } else {
            heard.add(node);
        }
    }

    private void tellHeard(RaftRun current) {
        MemberId leader = current.leader();
        List<NodeEpoch> nodes = leader == null ? List.of() : heard.takeAtTick();
        if (leader == null || nodes.isEmpty()) {
            return;
        }
        if (current.isLeader()) {
            nodes.forEach(registry::heartbeat);
        } else {
            mail.send(new Message.Heartbeats(nodes), leader);
        }
    }

    void barrier(CompletableFuture<Void> done) {
        RaftRun current = Wishes.running(closed ? null : run, broken, done);
        if (current != null) {
            enter(() -> wishes.barrier(current, done));
        }
    }

    /** Who leads as far as this member knows; null if nobody. Any thread. */
    @Nullable Member knownLeader() {
        return leadership.leader();
    }

    /** Who leads, as this member learns it. Any thread. */
    Leadership leadership() {
        return leadership;
    }

    /** Of which group it is; null if of none yet. Any thread. */
    @Nullable MemberId groupId() {
        return groupId;
    }

    private List<MemberId> group() {
        RaftRun current = run;
        return current == null ? List.of() : List.copyOf(current.group());
    }

    MemberId id() {
        return self.id();
    }

    Membership membership() {
        return membership;
    }

    /** Null if none is known. */
    @Nullable Member leader() {
        RaftRun current = run;
        return current == null ? null : mail.known(current.leader());
    }

    boolean isSettled() {
        RaftRun current = run;
        return current != null && Membership.isSettled(current, agreedMembers().keySet());
    }

    boolean isLeader() {
        RaftRun current = run;
        return current != null && current.isLeader();
    }

    int term() {
        RaftRun current = run;
        return current == null ? 0 : current.term();
    }

    /** For people. */
    @Override
    public String toString() {
        RaftRun current = run;
        return current == null
                ? "without Raft" + (broken == null ? "" : ", " + broken)
                : current.raft().getStatus()
                        + " "
                        + current.raft().state().role()
                        + " in term "
                        + current.term()
                        + ", leader "
                        + current.leader();
    }

    // Messages

    /** Any thread. */
    private void receive(byte[] bytes) {
        if (messages.incrementAndGet() > MAX_MESSAGES) {
            messages.decrementAndGet();
            return; // what matters is sent again
        }
        loop.execute(() ->
                enter(() -> {
                    messages.decrementAndGet();
                    try {
                        take(RaftMessages.decoded(bytes));
                    } catch (IOException e) {
                        events.emit(new PlacementEvent.MessageMalformed(Failure.of(e)));
                    }
                }));
    }

    private void take(RaftMessages.Envelope envelope) {
        MemberId from = envelope.from();
        if (from.equals(self.id())
                || !(envelope.to().equals(self.id())
                        || envelope.to().equals(RaftMessages.ANYONE))) {
            return; // of who was at this address before, say
        }
        if (envelope.message() instanceof Message.Hello hello) {
            take(hello);
            return;
        }
        RaftRun current = run;
        if (current == null || !mail.isOfGroup(envelope.group())) {
            return;
        }
        membership.hear(from, now());
        switch (envelope.message()) {
            case Message.Forward(Operation.Change change) -> current.propose(change);
            case Message.Heartbeats(List<NodeEpoch> nodes) -> nodes.forEach(registry::heartbeat);
            case Message.AskBarrier(long request) -> {
                if (current.isLeader()) {
                    current.barrier(
                            index -> mail.send(new Message.BarrierAt(request, index), from));
                }
            }
            case Message.BarrierAt answer -> wishes.answered(answer, current.applied());
            case Message.Offer offer -> {
                if (current.offered(offer, from)) {
                    receiving.offered(offer, from, current, log);
                }
            }
            case Message.Ask ask -> current.ask(ask, from);
            case Message.Piece piece -> receiving.piece(piece, from);
            default -> current.receive(envelope.message());
        }
    }

    private void take(Message.Hello hello) {
        Forming asks = forming;
        membership.hear(hello.sender().id(), now());
        mail.hear(hello, group());
        if (asks == null) {
            membership.hear(hello, now());
            return;
        }
        switch (asks.hear(hello)) {
            case Forming.Outcome.Founded(List<Member> founders) -> found(founders);
            case Forming.Outcome.Refused(String why) -> refused(why);
            case null -> {}
        }
    }

    /** It goes on asking: it may be let in yet. */
    private void refused(String why) {
        if (!why.equals(refusedFor)) {
            refusedFor = why;
            events.emit(new PlacementEvent.GroupRefused(why));
        }
    }

    private void found(List<Member> founders) {
        try {
            log.found(founders);
        } catch (IOException e) {
            loop.schedule(() -> enter(this::beginAnew), PAUSE_MILLIS);
            forming = null;
            return;
        }
        events.emit(
                new PlacementEvent.GroupFormed(
                        String.join(",", founders.stream().map(Member::name).toList())));
        beginRaft();
    }

    /** What Raft's run wants of its member. */
    private final class Owner implements RaftRun.Owner {
        @Override
        public void enter(Runnable step) {
            RaftMember.this.enter(step);
        }

        @Override
        public void broken(Throwable cause) {
            breakDown(cause);
        }

        @Override
        public void caughtUp() {
            if (!isReady) {
                isReady = true;
                PlacementState state = machine.folded();
                events.emit(
                        new PlacementEvent.StateRecovered(
                                state.revision(), state.nodes().byId().size(), log.recordsRead()));
            }
            RaftRun current = run;
            if (!started && current != null) {
                started = true;
                events.emit(
                        new PlacementEvent.ConsensusStarted(
                                current.group().size(), now() - begunMillis));
                noteLeader(current); // who hears that this is ready may ask at once
                ready.complete(null);
            }
        }

        @Override
        public void steppedDown() {
            left = true;
            events.emit(new PlacementEvent.MemberLeft(self.id().toString()));
            try {
                log.leave();
            } catch (IOException e) {
                breakDown(e);
            }
        }
    }
}
