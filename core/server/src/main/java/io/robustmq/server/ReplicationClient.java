package io.robustmq.server;

import io.netty.handler.ssl.SslContext;
import io.robustmq.placement.Placement;
import io.robustmq.replication.Message;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Latency;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a process that has replicated logs knows of the cluster, and its connections to the journal
 * servers, which all its logs share. Any thread.
 */
final class ReplicationClient implements AutoCloseable {
    private static final Comparator<ReplicatedShard> BY_NAME =
            Comparator.comparing(ReplicatedShard::name);

    private final String self;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Events events;
    private final ShardDocuments documents;
    private final JournalNodes nodes;
    private final ReplicaLinks links;
    private final Map<String, List<BiConsumer<String, Message.Reply>>> writers =
            new ConcurrentHashMap<>();
    private final Map<Long, Asked> readings = new ConcurrentHashMap<>();
    private final AtomicLong requests = new AtomicLong();
    private final Set<ReplicatedShard> shards = new ConcurrentSkipListSet<>(BY_NAME);

    /** Of shards that were closed, too: a histogram does not shrink. */
    private final Map<String, Latency> latencies = new ConcurrentHashMap<>();

    /**
     * @param nodeId as this node is registered
     * @param placement open, before this is opened
     * @param tls for connections to journal servers; null for connections without
     */
    ReplicationClient(String nodeId, Placement placement, @Nullable SslContext tls, World world) {
        this.clock = world.clock();
        this.random = world.random();
        this.events = world.events();
        // another life of this node is somebody else for the journal servers
        this.self = String.format("%.64s/%016x", nodeId, random.nextLong());
        this.documents = new ShardDocuments(placement, nodeId, events);
        this.nodes = new JournalNodes(placement);
        this.links = new ReplicaLinks(self, nodes, tls, this::received, events);
    }

    /** What comes in from outside. */
    record World(InstantSource clock, RandomGenerator random, Events events) {}

    void open() {
        nodes.open();
        documents.open();
        links.open();
    }

    private void received(String from, Message message) {
        switch (message) {
            case Message.Records records -> {
                Asked reading = readings.get(records.request());
                if (reading != null) {
                    reading.answer.complete(records);
                } else {
                    toWriters(from, records);
                }
            }
            case Message.Refused refused -> {
                if (refused.epoch() == 0) {
                    refusedReading(from, refused);
                } else {
                    toWriters(from, refused);
                }
            }
            case Message.Reply reply -> toWriters(from, reply);
            case Message.Request forReplicas -> {}
        }
    }

    /** A refusal does not say of which of several readings: they are all asked again. */
    private void refusedReading(String from, Message.Refused refused) {
        for (Asked reading : readings.values()) {
            if (reading.node.equals(from) && reading.read.segment().equals(refused.segment())) {
                reading.answer.complete(refused);
            }
        }
    }

    private void toWriters(String from, Message.Reply reply) {
        for (BiConsumer<String, Message.Reply> writer :
                writers.getOrDefault(reply.segment().shard(), List.of())) {
            writer.accept(from, reply);
        }
    }

    /**
     * @return ends it
     */
    Runnable register(String shard, BiConsumer<String, Message.Reply> writer) {
        List<BiConsumer<String, Message.Reply>> all =
                writers.computeIfAbsent(shard, first -> new CopyOnWriteArrayList<>());
        all.add(writer);
        return () -> all.remove(writer);
    }

    /**
     * Asks one replica for records.
     *
     * @return completes with its answer; never if it is silent: {@link #forget} it then
     */
    Asked ask(String node, Message.Read read) {
        Asked asked = new Asked(node, read, new CompletableFuture<>());
        readings.put(read.request(), asked);
        links.send(node, read);
        return asked;
    }

    record Asked(String node, Message.Read read, CompletableFuture<Message.Reply> answer) {}

    void forget(Asked asked) {
        readings.remove(asked.read().request());
    }

    /** What nobody else of this process asks with; a writer's own count from 1. */
    long nextRequest() {
        return Long.MIN_VALUE + requests.incrementAndGet();
    }

    /** That no other writer in any life of any node has. */
    String newOwner() {
        return String.format("%.100s/%08x", self, random.nextInt());
    }

    /** For metrics: it is open from now on, in place of one of that name. */
    void opened(ReplicatedShard shard) {
        shards.remove(shard);
        shards.add(shard);
    }

    void closed(ReplicatedShard shard) {
        shards.removeIf(each -> each == shard);
    }

    Set<ReplicatedShard> shards() {
        return shards;
    }

    /** How long quorums took, by the name of the shard; that one's log's thread writes it. */
    Latency latency(String shard) {
        return latencies.computeIfAbsent(shard, first -> new Latency());
    }

    List<Latency> quorumLatencies() {
        return List.copyOf(latencies.values());
    }

    ShardDocuments documents() {
        return documents;
    }

    JournalNodes nodes() {
        return nodes;
    }

    ReplicaLinks links() {
        return links;
    }

    InstantSource clock() {
        return clock;
    }

    RandomGenerator random() {
        return random;
    }

    Events events() {
        return events;
    }

    /** After all logs. */
    @Override
    public void close() {
        links.close();
        documents.close();
        nodes.close();
    }
}
