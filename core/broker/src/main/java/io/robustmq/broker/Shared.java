package io.robustmq.broker;

import io.robustmq.journal.RecordLog;
import io.robustmq.protocol.PacketLimits;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.Tracing;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What all loops of one broker have in common; each part is safe for any thread.
 *
 * @param random the loops' are split from it, when they are made
 * @param counters by loop index; only that loop writes
 * @param measures by loop index; only that loop writes
 * @param delayedCount delayed messages that are not published yet
 * @param cluster null if the broker is the only one
 */
record Shared(
        BrokerSettings settings,
        PacketLimits packetLimits,
        Bans bans,
        Flapping flapping,
        ArrivalLimits arrivalLimits,
        Access access,
        Events events,
        Tracing tracing,
        InstantSource clock,
        SplittableRandom random,
        Subscriptions subscriptions,
        EventTopics eventTopics,
        ClientDirectory directory,
        RetainedStore retained,
        List<Counters> counters,
        List<LoopMeasures> measures,
        BrokerLog log,
        AtomicInteger delayedCount,
        AtomicInteger openConnections,
        AtomicLong connectionIds,
        @Nullable Cluster cluster) {

    static Shared of(
            BrokerSettings settings,
            Access access,
            RecordLog log,
            ClientDirectory directory,
            Events events,
            Tracing tracing,
            InstantSource clock,
            RandomGenerator random) {
        int loops = loops(settings);
        Bans bans = new Bans(clock, events);
        FilterTrie<Recipient> trie = new FilterTrie<>(Recipient::owner);
        ClusterSettings others = settings.cluster();
        Cluster cluster = others == null ? null : new Cluster(others, random.nextLong(), trie);
        Subscriptions subscriptions =
                new Subscriptions(
                        settings.sharing(), loops, trie, cluster == null ? null : cluster.wants());
        return new Shared(
                settings,
                settings.packetLimits(),
                bans,
                new Flapping(settings.protection().flapping(), clock, bans),
                new ArrivalLimits(
                        settings.protection().arrivals(), bans, events, System.nanoTime()),
                access,
                events,
                tracing,
                clock,
                new SplittableRandom(random.nextLong()),
                subscriptions,
                new EventTopics(subscriptions.trie()),
                directory,
                new RetainedStore(settings.retained()),
                Stream.generate(() -> new Counters(settings.classes().names().size()))
                        .limit(loops)
                        .toList(),
                Stream.generate(() -> LoopMeasures.of(settings)).limit(loops).toList(),
                new BrokerLog(log, settings.storage(), directory, clock, events),
                new AtomicInteger(),
                new AtomicInteger(),
                new AtomicLong(),
                cluster);
    }

    /** Whether every event about one of these is wanted, sampled or not. */
    boolean isTraced(Peer peer, String topic) {
        return events.isTraced(peer.clientId(), peer.remoteAddr(), topic);
    }

    /** The same where the client is not connected, or there is none. */
    boolean isTraced(String clientId, String topic) {
        return events.isTraced(clientId, "", topic);
    }

    private static int loops(BrokerSettings settings) {
        int asked = settings.connections().eventLoops();
        return asked > 0 ? asked : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
