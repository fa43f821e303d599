package io.robustmq.server;

import io.netty.handler.ssl.SslContext;
import io.robustmq.journal.Journal;
import io.robustmq.journal.ShardSettings;
import io.robustmq.placement.Placement;
import io.robustmq.replication.JournalStorage;
import io.robustmq.replication.Message;
import io.robustmq.replication.MessageCodec;
import io.robustmq.replication.Ports;
import io.robustmq.replication.Repair;
import io.robustmq.replication.RepairSettings;
import io.robustmq.replication.Replica;
import io.robustmq.replication.ReplicaSettings;
import io.robustmq.replication.ShardView;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.ReplicationEvent;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The replicas that a journal server keeps: {@link Replica} and {@link Repair} on a thread of their
 * own, over the server's journal. Messages come by the data protocol; what this node asks others
 * goes by {@link ReplicaLinks}. Of all journal servers' repairs the one works whose node id comes
 * first; the others only follow.
 *
 * <p>Bound: {@link #MAX_INBOX_BYTES} of messages that wait for the thread; more is dropped, and
 * asked again.
 */
final class ReplicaHost implements DataServer.Peers, ReplicationLoop.Work, AutoCloseable {
    static final long MAX_INBOX_BYTES = 256 << 20;

    private static final int DISK_THREADS = 2;
    private static final int ID_NODE_CHARS = 64;
    private static final long CLOSE_SECONDS = 10;

    /** Between two counts of all segments: about a second. */
    private static final int COUNT_TICKS = 100;

    /**
     * @param shard of the local shards that segments are kept in
     */
    record Settings(
            String nodeId, ShardSettings shard, ReplicaSettings replica, RepairSettings repair) {}

    private final Settings settings;
    private final Journal journal;
    private final JournalStorage storage;
    private final RandomGenerator random;
    private final Events events;
    private final ReplicationLoop loop;
    private final ExecutorService disk =
            Executors.newFixedThreadPool(
                    DISK_THREADS,
                    task -> Thread.ofPlatform().name("replica-disk").daemon().unstarted(task));
    private final AtomicLong inboxBytes = new AtomicLong();
    private final LongAdder dropped = new LongAdder();

    // while open
    private String id = "";
    private @Nullable ShardDocuments documents;
    private @Nullable JournalNodes nodes;
    private @Nullable ReplicaLinks links;
    private @Nullable Runnable endWatch;
    private boolean running;
    private volatile boolean closing;

    // on the loop
    private @Nullable Replica replica;
    private @Nullable Repair repair;
    private final Map<String, DataAnswers> peers = new HashMap<>();
    private int ticks;
    private volatile Counts counts = new Counts(0, 0, 0);

    /**
     * @param underReplicated segments of all shards that have fewer replicas than they should, or
     *     one on a server that is not registered; 0 where repair does not work
     * @param segments that this server keeps
     * @param copies under way by order of this server
     */
    record Counts(long underReplicated, long segments, long copies) {}

    ReplicaHost(Settings settings, Journal journal, RandomGenerator random, Events events) {
        this.settings = settings;
        this.journal = journal;
        this.random = random;
        this.events = events;
        this.loop = new ReplicationLoop("replica", this, events);
        this.storage = new JournalStorage(journal, settings.shard(), loop, disk);
    }

    /**
     * The id that belongs to the data directory, drawn if there is none. Before it is registered
     * with placement, and once.
     */
    String identify() throws IOException {
        String nodeId = settings.nodeId();
        String named = nodeId.substring(0, Math.min(nodeId.length(), ID_NODE_CHARS));
        JournalStorage.Identity identity =
                storage.identify(() -> String.format("%s-%08x", named, random.nextInt()));
        id = identity.id();
        if (identity.isNew()) {
            events.emit(new ReplicationEvent.NodeNamed(id, identity.lost()));
        }
        return id;
    }

    /**
     * Takes up what is on disk, and follows placement, which is open. After this messages may come.
     *
     * @param tls for connections to others; null for connections without
     */
    void open(Placement placement, @Nullable SslContext tls) throws IOException {
        JournalNodes others = new JournalNodes(placement);
        ShardDocuments shards = new ShardDocuments(placement, settings.nodeId(), events);
        ReplicaLinks ways = new ReplicaLinks(id, others, tls, this::receive, events);
        nodes = others;
        documents = shards;
        links = ways;
        others.open();
        shards.open();
        ways.open();
        Replica keeps =
                new Replica(
                        id,
                        settings.replica(),
                        storage,
                        new Replica.ReplicaPorts(this::send, events),
                        System::nanoTime);
        Repair repairs =
                new Repair(
                        settings.repair(),
                        new Ports(
                                shards.on(loop),
                                this::send,
                                others,
                                System::nanoTime,
                                random,
                                events));
        loop.open();
        running = true;
        CompletableFuture<Void> opened = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                keeps.open();
                replica = keeps;
                repair = repairs;
                opened.complete(null);
            } catch (IOException e) {
                opened.completeExceptionally(e);
            }
        });
        try {
            opened.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException why ? why : new IOException(e.getCause());
        }
        endWatch = shards.watch(null, loop, this::told);
    }

    private void told(ShardView view) {
        if (replica != null && repair != null) {
            replica.told(view);
            repair.told(view);
        }
    }

    // Messages

    @Override
    public void received(
            String from, DataAnswers sender, Message message, int bytes, Runnable done) {
        if (closing || inboxBytes.get() + bytes > MAX_INBOX_BYTES) {
            dropped.increment();
            done.run();
            return;
        }
        inboxBytes.addAndGet(bytes);
        loop.execute(() -> {
            peers.put(from, sender);
            handle(from, message);
            inboxBytes.addAndGet(-bytes);
            done.run();
        });
    }

    @Override
    public void gone(DataAnswers sender) {
        loop.execute(() -> peers.values().removeIf(sender::equals));
    }

    private void receive(String from, Message message) {
        loop.execute(() -> handle(from, message));
    }

    private void handle(String from, Message message) {
        if (replica == null || repair == null) {
            return;
        }
        replica.receive(from, message);
        if (message instanceof Message.Reply reply) {
            repair.receive(from, reply);
        }
    }

    /** On the loop. An answer goes where the question came from. */
    private void send(String to, Message message) {
        ReplicaLinks ways = links;
        if (to.equals(id)) {
            loop.execute(() -> handle(id, message));
        } else if (message instanceof Message.Request && ways != null) {
            ways.send(to, message);
        } else {
            DataAnswers peer = peers.get(to);
            if (peer == null || !peer.message(MessageCodec.encoded(message))) {
                dropped.increment();
            }
        }
    }

    // The loop

    @Override
    public void tick() {
        JournalNodes others = nodes;
        if (replica == null || repair == null || others == null) {
            return;
        }
        replica.tick();
        if (others.first().equals(id)) {
            repair.tick();
        }
        if (++ticks % COUNT_TICKS != 0) {
            return;
        }
        counts =
                new Counts(
                        others.first().equals(id) ? repair.underReplicated() : 0,
                        repair.segmentsOn(id),
                        repair.copies());
    }

    @Override
    public void afterRound() {}

    @Override
    public void died(Throwable defect) {
        replica = null;
    }

    Counts counts() {
        return counts;
    }

    /** Of the replicas that are kept here, and of what was promised to writers. */
    long bytes() {
        return journal.measures().shards().entrySet().stream()
                .filter(each -> each.getKey().startsWith(JournalStorage.PREFIX))
                .mapToLong(each -> each.getValue().sizeBytes())
                .sum();
    }

    /** Messages that were not taken, or not answered. */
    long droppedMessages() {
        ReplicaLinks ways = links;
        return dropped.sum() + (ways == null ? 0 : ways.droppedMessages());
    }

    /** Before the journal. What that still writes is not told to anybody. */
    @Override
    public void close() {
        closing = true;
        if (endWatch != null) {
            endWatch.run();
            endWatch = null;
        }
        if (links != null) {
            links.close();
        }
        if (documents != null) {
            documents.close();
        }
        if (nodes != null) {
            nodes.close();
        }
        if (running) {
            running = false;
            loop.close();
        }
        disk.shutdown();
        try {
            if (!disk.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                disk.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
