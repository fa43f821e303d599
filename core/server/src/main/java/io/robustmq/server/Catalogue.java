package io.robustmq.server;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.server.wire.CatalogueRecord;
import io.robustmq.server.wire.CatalogueSnapshot;
import io.robustmq.server.wire.ClusterConfig;
import io.robustmq.server.wire.ShardEntry;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The shards that were created, with their settings, and what SetClusterConfig set: a fold over a
 * shard of the journal itself. Its methods wait for the disk and for each other.
 */
final class Catalogue {
    /** The catalogue's own shard. */
    static final String SHARD = "sys.catalogue";

    /** What the names of the server's own shards begin with. */
    static final String RESERVED = "sys.";

    private static final ShardSettings SETTINGS =
            new ShardSettings(1 << 20, Duration.ZERO, Durability.FSYNC, Retention.TRIMMED);

    /** Records after which a snapshot makes the older ones needless. */
    private static final int SNAPSHOT_EVERY = 1000;

    private final Journal journal;
    private final TreeMap<String, ShardEntry> shards = new TreeMap<>();
    private ClusterConfig config = ClusterConfig.getDefaultInstance();
    private @Nullable Shard log;
    private long snapshotAt;

    Catalogue(Journal journal) {
        this.journal = journal;
    }

    synchronized void open() throws IOException {
        Shard opened = journal.shard(SHARD, SETTINGS);
        Long from =
                opened.restore((offset, in) -> {
                    CatalogueSnapshot snapshot = CatalogueSnapshot.parseFrom(in);
                    shards.clear();
                    snapshot.getShardsList().forEach(s -> shards.put(s.getName(), s));
                    config = snapshot.getConfig();
                    return offset;
                });
        snapshotAt = from == null ? 0 : from;
        opened.read(
                snapshotAt,
                (offset, epochMillis, payload) -> {
                    apply(CatalogueRecord.parseFrom(payload));
                    return true;
                });
        log = opened;
    }

    synchronized Collection<ShardEntry> shards() {
        return List.copyOf(shards.values());
    }

    /** With the fields that were ever set. */
    synchronized ClusterConfig config() {
        return config;
    }

    synchronized void put(ShardEntry shard) throws IOException {
        write(CatalogueRecord.newBuilder().setShard(shard).build());
    }

    synchronized void delete(String shard) throws IOException {
        write(CatalogueRecord.newBuilder().setDeleted(shard).build());
    }

    /** Fields that {@code change} does not have stay as they are. */
    synchronized ClusterConfig set(ClusterConfig change) throws IOException {
        ClusterConfig changed = config.toBuilder().mergeFrom(change).build();
        write(CatalogueRecord.newBuilder().setConfig(changed).build());
        return changed;
    }

    private void write(CatalogueRecord change) throws IOException {
        Shard to = log;
        if (to == null) {
            throw new IllegalStateException("the catalogue is not open");
        }
        long offset;
        try {
            offset = to.append(change.toByteArray()).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof IOException why) {
                throw why;
            }
            throw failed;
        }
        apply(change);
        if (offset + 1 - snapshotAt >= SNAPSHOT_EVERY) {
            saveSnapshot(to, offset + 1);
        }
    }

    private void apply(CatalogueRecord change) {
        switch (change.getChangeCase()) {
            case SHARD -> shards.put(change.getShard().getName(), change.getShard());
            case DELETED -> shards.remove(change.getDeleted());
            case CONFIG -> config = change.getConfig();
            case CHANGE_NOT_SET -> {
                // of a newer version: what it changed is not known here
            }
        }
    }

    private void saveSnapshot(Shard to, long next) throws IOException {
        CatalogueSnapshot snapshot =
                CatalogueSnapshot.newBuilder()
                        .addAllShards(shards.values())
                        .setConfig(config)
                        .build();
        to.saveSnapshot(next, snapshot::writeTo);
        to.trim(next);
        snapshotAt = next;
    }
}
