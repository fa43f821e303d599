package io.robustmq.server;

import io.robustmq.journal.Journal;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.server.DataWire.Code;
import io.robustmq.server.wire.ClusterConfig;
import io.robustmq.server.wire.Durability;
import io.robustmq.server.wire.ShardEntry;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The shards that a journal server has. {@link #get} and {@link #all} at once and by any thread;
 * the others wait for the disk and for each other.
 */
final class ServedShards {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");

    private final Journal journal;
    private final JournalServerConfig.Journal config;
    private final Events events;
    private final Catalogue catalogue;
    private final ConcurrentHashMap<String, ServedShard> open = new ConcurrentHashMap<>();

    ServedShards(Journal journal, JournalServerConfig.Journal config, Events events) {
        this.journal = journal;
        this.config = config;
        this.events = events;
        this.catalogue = new Catalogue(journal);
    }

    /** What asking for a shard comes to. */
    sealed interface Outcome {
        record Found(ServedShard shard) implements Outcome {}

        /**
         * @param detail what, the limit, the value
         */
        record Refused(Code code, String detail) implements Outcome {}
    }

    /** Opens all there are. One that cannot be opened does not keep the others from serving. */
    synchronized void open() throws IOException {
        catalogue.open();
        TreeSet<String> names = new TreeSet<>(journal.shardNames());
        catalogue.shards().forEach(entry -> names.add(entry.getName()));
        for (String name : names) {
            if (!name.startsWith(Catalogue.RESERVED)) {
                reopen(name);
            }
        }
    }

    private Outcome reopen(String name) {
        ShardEntry entry =
                catalogue.shards().stream()
                        .filter(known -> known.getName().equals(name))
                        .findFirst()
                        // a folder that somebody put there
                        .orElseGet(() -> ShardEntry.newBuilder().setName(name).build());
        try {
            return new Outcome.Found(serve(entry));
        } catch (IOException unusable) {
            events.emit(new JournalEvent.ShardUnavailable(name, Failure.of(unusable)));
            return failed(name, unusable);
        }
    }

    private ServedShard serve(ShardEntry entry) throws IOException {
        Shard shard = journal.shard(entry.getName(), settings(entry));
        ServedShard served = new ServedShard(shard, entry);
        served.open();
        open.put(entry.getName(), served);
        return served;
    }

    /** Null if it is not there, or not open. */
    @Nullable ServedShard get(String name) {
        return open.get(name);
    }

    /** By name. */
    List<ServedShard> all() {
        return open.values().stream()
                .sorted(Comparator.comparing(served -> served.shard().name()))
                .toList();
    }

    int size() {
        return open.size();
    }

    /** The shard of that name; one that could not be opened is tried again. */
    Outcome find(String name) {
        ServedShard served = open.get(name);
        return served != null ? new Outcome.Found(served) : findSlowly(name);
    }

    private synchronized Outcome findSlowly(String name) {
        ServedShard served = open.get(name);
        if (served != null) {
            return new Outcome.Found(served);
        }
        try {
            if (isKnown(name)) {
                return reopen(name);
            }
        } catch (IOException unusable) {
            return failed(name, unusable);
        }
        return new Outcome.Refused(Code.NO_SUCH_SHARD, "there is no shard \"" + name + '"');
    }

    private boolean isKnown(String name) throws IOException {
        return !name.startsWith(Catalogue.RESERVED)
                && (journal.shardNames().contains(name)
                        || catalogue.shards().stream()
                                .anyMatch(entry -> entry.getName().equals(name)));
    }

    /** The same for an append, which may create it. */
    synchronized Outcome findOrCreate(String name) {
        return switch (findSlowly(name)) {
            case Outcome.Refused(Code code, String detail) when code == Code.NO_SUCH_SHARD ->
                    clusterConfig().getEnableAutoCreateShard()
                            ? create(ShardEntry.newBuilder().setName(name).build(), true)
                            : new Outcome.Refused(
                                    code,
                                    detail
                                            + ", and enable-auto-create-shard is false: create it first");
            case Outcome outcome -> outcome;
        };
    }

    /** Makes one that is not there yet. */
    synchronized Outcome create(ShardEntry entry, boolean automatic) {
        String name = entry.getName();
        if (!NAME.matcher(name).matches() || name.startsWith(Catalogue.RESERVED)) {
            return new Outcome.Refused(
                    Code.WRONG_NAME,
                    "a shard's name must be 1 to 64 lower-case letters, digits, dots, hyphens or underscores, a letter or digit first, and not begin with "
                            + Catalogue.RESERVED
                            + "; was \""
                            + name
                            + '"');
        }
        if (!(findSlowly(name) instanceof Outcome.Refused(Code code, String _)
                && code == Code.NO_SUCH_SHARD)) {
            return new Outcome.Refused(
                    Code.SHARD_EXISTS, "there is a shard \"" + name + "\" already");
        }
        if (open.size() >= config.maxShards()) {
            return new Outcome.Refused(
                    Code.TOO_MANY_SHARDS,
                    "there may be at most journal.max-shards = "
                            + config.maxShards()
                            + " shards, there are "
                            + open.size());
        }
        ServedShard served;
        try {
            catalogue.put(entry);
            served = serve(entry);
        } catch (IOException unusable) {
            return failed(name, unusable);
        }
        ShardSettings settings = settings(entry);
        events.emit(
                new JournalEvent.ShardCreated(
                        name,
                        automatic,
                        settings.durability().name().toLowerCase(Locale.ROOT),
                        settings.retention().maxBytes(),
                        settings.retention().maxAge().toSeconds()));
        return new Outcome.Found(served);
    }

    /** Null if that is done. */
    synchronized Outcome.@Nullable Refused delete(String name) {
        switch (find(name)) {
            case Outcome.Refused refused -> {
                return refused;
            }
            case Outcome.Found(ServedShard served) -> {
                long next = served.shard().nextOffset();
                long bytes = served.shard().sizeBytes();
                try {
                    catalogue.delete(name);
                    open.remove(name);
                    journal.delete(name);
                } catch (IOException unusable) {
                    return failed(name, unusable);
                } finally {
                    if (open.get(name) == null) {
                        served.gone();
                    }
                }
                events.emit(new JournalEvent.ShardDeleted(name, next, bytes));
                return null;
            }
        }
    }

    // Settings

    /** What is in force for shards to come, all fields set. */
    ClusterConfig clusterConfig() {
        return ClusterConfig.newBuilder()
                .setEnableAutoCreateShard(config.enableAutoCreateShard())
                .setShardReplicaNum(config.shardReplicaNum())
                .setMaxSegmentSize(config.maxSegmentSize())
                .mergeFrom(catalogue.config())
                .build();
    }

    /** {@code change} is one that does. */
    synchronized ClusterConfig setClusterConfig(ClusterConfig change) throws IOException {
        catalogue.set(change);
        ClusterConfig now = clusterConfig();
        events.emit(
                new JournalEvent.ClusterConfigChanged(
                        now.getEnableAutoCreateShard(),
                        now.getShardReplicaNum(),
                        now.getMaxSegmentSize()));
        return now;
    }

    /** What is in force for that shard. */
    ShardSettings settings(ShardEntry entry) {
        return new ShardSettings(
                clusterConfig().getMaxSegmentSize(),
                config.segmentAge(),
                durability(entry.getDurability()),
                new Retention(
                        entry.hasRetentionBytes()
                                ? entry.getRetentionBytes()
                                : config.retentionSize(),
                        entry.hasRetentionSeconds()
                                ? Duration.ofSeconds(entry.getRetentionSeconds())
                                : config.retentionAge(),
                        false));
    }

    private io.robustmq.journal.Durability durability(Durability asked) {
        return switch (asked) {
            case DURABILITY_FSYNC -> io.robustmq.journal.Durability.FSYNC;
            case DURABILITY_INTERVAL -> io.robustmq.journal.Durability.INTERVAL;
            case DURABILITY_OS -> io.robustmq.journal.Durability.OS;
            case DURABILITY_UNSPECIFIED, UNRECOGNIZED -> config.durability();
        };
    }

    private static Outcome.Refused failed(String name, IOException why) {
        return new Outcome.Refused(
                Code.DISK_FAILED, "shard \"" + name + "\": " + Failure.of(why).errorMsg());
    }
}
