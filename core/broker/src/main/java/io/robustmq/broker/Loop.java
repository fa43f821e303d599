package io.robustmq.broker;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.SessionEvent;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop and all that belongs to it: its sessions, the connections that serve them, their
 * counters. Nothing here is locked; but for {@link #executor}, {@link #index}, {@link #shared},
 * {@link #counters} and {@link #measures} only its own thread may call.
 */
final class Loop {
    /** Messages read back and not yet acknowledged; beyond it each session has {@link #LITTLE}. */
    private static final long MUCH_LOADED = 32L << 20;

    private static final int LITTLE = 16 * 1024;

    private final int index;
    private final EventLoop executor;
    private final Shared shared;
    private final Counters counters;
    private final LoopMeasures measures;
    private final Router router;
    private final Retaining retaining;
    private final Sessions sessions;
    private final Publication publication;
    private final Publication spare;
    private final LoopLog log;
    private final Logged logged;
    private final Delayed delayed;
    private final Wills wills;
    private final PassingOn passingOn;
    private final SplittableRandom random;
    private long loadedBytes;
    private final Samplers samplers;
    private final Set<Connection> connections = new HashSet<>();
    private final LoopRules rules;
    private final Hindsight hindsight;
    private final Set<Session> withExpiringMessages = new HashSet<>();
    private @Nullable Handoff[] handoffs = new @Nullable Handoff[0];
    private int second;

    // for this iteration
    private List<Outbound> dirty = new ArrayList<>();
    private List<Outbound> flushing = new ArrayList<>();
    private boolean flushScheduled;
    private boolean handoffFull;
    private boolean logFull;
    private final List<Connection> notRead = new ArrayList<>();

    Loop(int index, EventLoop executor, Shared shared) {
        this.index = index;
        this.executor = executor;
        this.shared = shared;
        this.counters = shared.counters().get(index);
        this.measures = shared.measures().get(index);
        this.retaining = new Retaining(this);
        this.router = new Router(this, shared.subscriptions().trie());
        this.sessions = new Sessions(this);
        this.publication = new Publication(ByteBufAllocator.DEFAULT, shared.clock());
        this.spare = new Publication(ByteBufAllocator.DEFAULT, shared.clock());
        this.log = new LoopLog(this, shared.log().records());
        this.logged = new Logged(this);
        this.delayed = new Delayed(this);
        this.passingOn = new PassingOn(this);
        this.random = shared.random().split();
        this.wills = new Wills(this);
        this.rules = LoopRules.of(this, shared.settings(), shared.counters().size());
        this.hindsight = new Hindsight(shared.tracing());
        this.samplers = new Samplers(shared.settings().messageEventsPerSecond(), shared.tracing());
    }

    /** Before anything else. */
    void open(List<Loop> all) {
        handoffs = new @Nullable Handoff[all.size()];
        for (Loop other : all) {
            handoffs[other.index] = other == this ? null : new Handoff(this, other);
        }
    }

    /**
     * When the sessions of all loops are there, and before the first connection: what became due
     * while the broker was away is for all of them, and nobody resumes what has expired.
     */
    void start() {
        sweep();
        var unused = executor.scheduleAtFixedRate(this::sweep, 1, 1, TimeUnit.SECONDS);
        measureLag(measures.lag().begin(System.nanoTime()));
    }

    private void measureLag(long afterNanos) {
        var unused =
                executor.schedule(
                        () -> measureLag(measures.lag().ran(System.nanoTime())),
                        afterNanos,
                        TimeUnit.NANOSECONDS);
    }

    // one flush per client and iteration

    /** The client has something to be flushed after this iteration's reads. */
    void isDirty(Outbound outbound) {
        dirty.add(outbound);
        needsFlush();
    }

    /** A task that is added while the loop reads runs after all reads of the iteration. */
    void needsFlush() {
        if (!flushScheduled) {
            flushScheduled = true;
            executor.execute(this::flush);
        }
    }

    private void flush() {
        flushScheduled = false;
        flushHandoffs();
        log.flush();
        List<Outbound> now = dirty;
        dirty = flushing; // what becomes dirty by flushing has its own turn
        flushing = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flush();
        }
        Latencies latencies = measures.latencies();
        long nanos = latencies.isEmpty() && now.isEmpty() ? 0 : System.nanoTime();
        latencies.written(nanos);
        for (int i = 0; i < now.size(); i++) {
            now.get(i).reportWritten(nanos);
        }
        now.clear();
    }

    /** Before what comes after it goes into the log, and may come to the other loop from there. */
    void flushHandoffs() {
        for (Handoff each : handoffs) {
            if (each != null) {
                each.flush();
            }
        }
    }

    /** Deliveries written in this iteration, whose PUBLISH was read then. */
    void delivered(int qos, int payloadBytes, long receivedNanos) {
        counters.add(Counters.DELIVERIES + qos, 1);
        counters.add(Counters.DELIVERED_BYTES, payloadBytes);
        measures.latencies().delivered(qos, receivedNanos);
    }

    /** To another home. */
    void forwarded(int qos, int payloadBytes) {
        counters.add(Counters.FORWARDED + qos, 1);
        counters.add(Counters.FORWARDED_BYTES, payloadBytes);
    }

    /** The same for what had to wait for its client, whose latency would say nothing. */
    void deliveredLate(int qos, int payloadBytes) {
        counters.add(Counters.DELIVERIES + qos, 1);
        counters.add(Counters.DELIVERED_BYTES, payloadBytes);
    }

    Hindsight hindsight() {
        return hindsight;
    }

    // other loops

    Handoff handoff(int loop) {
        Handoff handoff = handoffs[loop];
        if (handoff == null) {
            throw new IllegalStateException("loop " + index + " hands nothing to itself");
        }
        return handoff;
    }

    /** What another loop's publisher sent to sessions of this one. */
    void takeOver(Message message, Route.Target[] targets, Tracing.@Nullable PublishTrace trace) {
        try {
            router.deliver(targets, publication.of(message, null, trace));
        } finally {
            publication.done();
        }
    }

    void handoffIsFull() {
        handoffFull = true;
    }

    void logIsFull() {
        logFull = true;
    }

    /** Asked after each read: publishers are not read while what they sent waits elsewhere. */
    boolean isBehind() {
        return handoffFull || logFull;
    }

    void readAgainLater(Connection connection) {
        notRead.add(connection);
    }

    void handoffHasRoom() {
        handoffFull = false;
        readAgain();
    }

    void logHasRoom() {
        logFull = false;
    }

    private void readAgain() {
        if (!notRead.isEmpty() && !isBehind()) {
            List<Connection> all = new ArrayList<>(notRead);
            notRead.clear();
            all.forEach(Connection::mayReadAgain);
        }
    }

    // the log

    /** What it has now for sessions of this loop, in its order. */
    void delivered(List<Publishing> messages) {
        for (Publishing message : messages) {
            message.deliverOn(this);
        }
    }

    /** What it has now that came from this loop, in its order. */
    void committed(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            entry.tell();
        }
        readAgain();
    }

    /** Both, where there is no other loop. */
    void deliveredAndCommitted(List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            if (entry instanceof Publishing message) {
                message.deliverOn(this);
            }
            entry.tell();
        }
        readAgain();
    }

    /** One that it has not. */
    void refused(LogEntry entry, IOException why) {
        log.told(entry);
        entry.refused(why);
        readAgain();
    }

    /** What sessions of this loop get of a message that is in the log now. */
    void deliver(Publishing committed, Route.Target[] targets) {
        try {
            router.deliver(targets, publication.of(committed));
        } finally {
            publication.done();
        }
    }

    /**
     * Reads what a session gets of the messages at these offsets; taken on this loop. While much is
     * in memory already, it is little at a time.
     */
    void read(int session, long[] offsets, Consumer<@Nullable Delivery[]> taken) {
        int most = loadedBytes < MUCH_LOADED ? ReadAhead.BYTES : LITTLE;
        shared.log().reader().read(this, session, offsets, most, taken);
    }

    /** Sessions have so much more or less of the log in memory. */
    void loaded(long bytes) {
        loadedBytes += bytes;
    }

    /** What sessions have of the log in memory. */
    long loadedBytes() {
        return loadedBytes;
    }

    void queued(int messages, long bytes) {
        counters.add(Counters.QUEUED_MESSAGES, messages);
        counters.add(Counters.QUEUED_BYTES, bytes);
    }

    // each second

    /** Ends what has expired. The loop calls it each second, tests when they like. */
    void sweep() {
        second++;
        samplers.refill();
        long nowMillis = nowMillis();
        log.sweep();
        sessions.sweep(nowMillis);
        delayed.sweep(nowMillis);
        rules.slow().sweep(nowMillis);
        withExpiringMessages.removeIf(session -> !session.removeExpired(nowMillis));
        router.forgetStaleRoutes();
        if (index == 0) {
            shared.retained().removeExpired(nowMillis);
            shared.bans().sweep();
            SysTopics sys = shared.eventTopics().sys();
            if (sys != null) {
                sys.tick(nowMillis);
            }
        }
    }

    /** Who may connect, or what they may do, has changed. */
    void judgeAgain() {
        for (Connection each : List.copyOf(connections)) {
            each.guarded(each.access()::judgeAgain);
        }
    }

    void hasExpiringMessages(Session session) {
        withExpiringMessages.add(session);
    }

    void redelivered(Peer peer, int publishes, int pubrels) {
        shared.events().emit(new SessionEvent.Redelivered(peer, publishes, pubrels));
    }

    /** Frees buffers, when no connection is left. */
    void close() {
        publication.close();
        spare.close();
    }

    /** The loop that a client's session lives on. */
    static Loop homeOf(String clientId, List<Loop> loops) {
        int hash = clientId.hashCode() * 0x9E3779B9; // else similar names share a loop
        return loops.get((hash >>> 16) % loops.size());
    }

    /** Counts up each second; for what is limited per second. */
    int second() {
        return second;
    }

    long nowMillis() {
        return shared.clock().millis();
    }

    int index() {
        return index;
    }

    int loops() {
        return handoffs.length;
    }

    /** Any thread. */
    int pendingTasks() {
        return ((SingleThreadEventExecutor) executor).pendingTasks();
    }

    EventLoop executor() {
        return executor;
    }

    Shared shared() {
        return shared;
    }

    Counters counters() {
        return counters;
    }

    LoopMeasures measures() {
        return measures;
    }

    Router router() {
        return router;
    }

    Retaining retaining() {
        return retaining;
    }

    Sessions sessions() {
        return sessions;
    }

    Publication publication() {
        return publication;
    }

    /** For a message that comes up while another is being published. */
    Publication spare() {
        return spare;
    }

    LoopLog log() {
        return log;
    }

    Logged logged() {
        return logged;
    }

    Delayed delayed() {
        return delayed;
    }

    Wills wills() {
        return wills;
    }

    PassingOn passingOn() {
        return passingOn;
    }

    SplittableRandom random() {
        return random;
    }

    /** Open ones, before CONNECT too. */
    Set<Connection> connections() {
        return connections;
    }

    LoopRules rules() {
        return rules;
    }

    Samplers samplers() {
        return samplers;
    }
}
