package io.robustmq.journal;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.JournalEvent;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The shards of one node, over one or more directories. Any thread; opened once.
 *
 * <pre>
 *   directory/LOCK
 *   directory/shard/00000000000000000000.seg   .idx   ...   00000000000000001234.snap
 * </pre>
 */
public final class Journal implements AutoCloseable {
    /** A record's payload at most. */
    public static final int MAX_PAYLOAD_BYTES = 16 << 20;

    /** A directory that this journal holds. */
    private record Volume(Path path, Closeable lock, Writer writer) {}

    private final JournalSettings settings;
    private final Home.Node node;
    private final Pace pace;
    private final JournalMeasures measures = new JournalMeasures();

    // under this
    private final List<Volume> volumes = new ArrayList<>();
    private final Map<String, Shard> open = new LinkedHashMap<>();
    private boolean opened;
    private boolean closed;

    public Journal(
            JournalSettings settings,
            Disk disk,
            InstantSource clock,
            RandomGenerator random,
            Events events) {
        this(settings, disk, clock, random, events, new WriterThreads());
    }

    Journal(
            JournalSettings settings,
            Disk disk,
            InstantSource clock,
            RandomGenerator random,
            Events events,
            Pace pace) {
        this.settings = settings;
        this.pace = pace;
        node =
                new Home.Node(
                        disk,
                        clock,
                        random,
                        events,
                        settings.slowSync(),
                        new ReadHandles(disk),
                        new Indexes(),
                        measures);
    }

    /**
     * Creates the directories that are missing, locks all, and begins to write.
     *
     * @throws JournalInUseException if another journal has one of them open
     */
    public synchronized void open() throws IOException {
        if (opened || closed) {
            throw new IllegalStateException("a journal is opened once");
        }
        opened = true;
        boolean complete = false;
        try {
            for (Path directory : settings.directories()) {
                volumes.add(openVolume(directory));
            }
            for (Volume volume : volumes) {
                pace.start("journal-" + Names.name(volume.path.toAbsolutePath()), volume.writer);
            }
            complete = true;
        } finally {
            if (!complete) {
                closed = true;
                volumes.forEach(Journal::unlock);
                volumes.clear();
            }
        }
    }

    private Volume openVolume(Path directory) throws IOException {
        node.disk().createDirectories(directory);
        Closeable lock = node.disk().lock(directory.resolve(Names.LOCK));
        if (lock == null) {
            throw new JournalInUseException(
                    directory + " is open in another process or journal; only one may write it");
        }
        Writer writer = new Writer(node.clock());
        measures.add(writer.parts());
        Volume volume = new Volume(directory, lock, writer);
        boolean complete = false;
        try {
            for (Path entry : node.disk().list(directory)) {
                if (Names.name(entry).startsWith(Names.DELETED)) {
                    remove(entry);
                }
            }
            complete = true;
        } finally {
            if (!complete) {
                unlock(volume);
            }
        }
        return volume;
    }

    /**
     * Opens a shard, and creates it if it is missing. A torn tail is cut off; damage is reported,
     * and is a gap to readers.
     *
     * @throws IllegalStateException if it is open
     */
    public synchronized Shard shard(String name, ShardSettings of) throws IOException {
        Names.checkShard(name);
        checkOpen();
        if (open.containsKey(name)) {
            throw new IllegalStateException("shard " + name + " is open already");
        }
        Instant begun = node.clock().instant();
        Volume volume = holding(name);
        if (volume == null) {
            volume = roomiest(of);
        }
        Path directory = volume.path.resolve(name);
        node.disk().createDirectories(directory);
        Home home = new Home(node, name, directory, of, new ShardMeasures(measures));
        Recovery.Recovered recovered = new Recovery(home).recover();
        Writer writer = volume.writer;
        ShardLog log = new ShardLog(home, writer.parts(), recovered.chain(), recovered.active());
        Shard shard =
                new Shard(home, writer.queue(), log, recovered.chain(), () -> end(name, writer));
        open.put(name, shard);
        Duration took = Duration.between(begun, node.clock().instant());
        Chain chain = recovered.chain();
        home.measures()
                .opened(
                        new JournalMeasures.Recovered(
                                Math.max(0, took.toNanos()), // the clock may have been set
                                chain.nextOffset() - chain.firstOffset(),
                                chain.size()));
        measures.add(name, home.measures());
        writer.serve(log);
        node.events()
                .emit(
                        new JournalEvent.Opened(
                                name,
                                directory.toString(),
                                recovered.chain().size(),
                                recovered.chain().nextOffset(),
                                home.measures().sizeBytes(),
                                took.toMillis()));
        return shard;
    }

    private void checkOpen() throws JournalClosedException {
        if (!opened || closed) {
            throw new JournalClosedException("the journal is not open");
        }
    }

    private @Nullable Volume holding(String shard) throws IOException {
        for (Volume volume : volumes) {
            if (node.disk().list(volume.path).contains(volume.path.resolve(shard))) {
                return volume;
            }
        }
        return null;
    }

    /** The one with the fewest bytes of shards; one that is nearly full only if all are. */
    private Volume roomiest(ShardSettings of) throws IOException {
        Volume best = volumes.getFirst();
        if (volumes.size() == 1) {
            return best;
        }
        long bestBytes = Long.MAX_VALUE;
        for (Volume volume : volumes) {
            long free = node.disk().freeBytes(volume.path);
            boolean nearlyFull = free >= 0 && free < 2 * of.segmentBytes();
            long bytes = nearlyFull ? Long.MAX_VALUE - 1 : bytes(volume);
            if (bytes < bestBytes) {
                best = volume;
                bestBytes = bytes;
            }
        }
        return best;
    }

    private long bytes(Volume volume) throws IOException {
        long bytes = 0;
        for (Path shard : node.disk().list(volume.path)) {
            if (!Names.isShard(Names.name(shard))) {
                continue;
            }
            for (Path file : node.disk().list(shard)) {
                if (Names.offset(file, Names.SEGMENT).isPresent()) {
                    try (DiskFile segment = node.disk().openToRead(file)) {
                        bytes += segment.size();
                    }
                }
            }
        }
        return bytes;
    }

    /** On disk, open or not. */
    public synchronized List<String> shardNames() throws IOException {
        checkOpen();
        TreeSet<String> names = new TreeSet<>();
        for (Volume volume : volumes) {
            for (Path entry : node.disk().list(volume.path)) {
                if (Names.isShard(Names.name(entry))) {
                    names.add(Names.name(entry));
                }
            }
        }
        return List.copyOf(names);
    }

    /** Closes the shard if it is open, and removes it; nothing happens if there is none. */
    public synchronized void delete(String name) throws IOException {
        Names.checkShard(name);
        checkOpen();
        Shard shard = open.get(name);
        if (shard != null) {
            shard.close();
        }
        Volume volume = holding(name);
        if (volume == null) {
            return;
        }
        // what a crash leaves of it is no shard
        Path removed = volume.path.resolve(Names.DELETED + name);
        if (node.disk().list(volume.path).contains(removed)) {
            remove(removed);
        }
        node.disk().rename(volume.path.resolve(name), removed);
        node.disk().syncDirectory(volume.path);
        remove(removed);
    }

    private void remove(Path directory) throws IOException {
        for (Path file : node.disk().list(directory)) {
            if (Names.name(file).equals(Names.ASIDE)) {
                remove(file);
            } else {
                node.disk().delete(file);
            }
        }
        node.disk().delete(directory);
    }

    public JournalMeasures measures() {
        return measures;
    }

    private void end(String name, Writer writer) {
        if (pace.isOn(writer)) {
            throw new IllegalStateException("close() on the writer's own thread waits for itself");
        }
        synchronized (this) {
            Shard shard = open.get(name);
            if (shard == null || !shard.closing()) {
                return;
            }
            writer.finish(shard.log(), new JournalClosedException("shard " + name + " is closed"));
            pace.await(writer, shard.log().ended());
            open.remove(name);
            measures.remove(name);
            for (Segment segment : shard.chain().all()) {
                node.handles().forget(segment);
                node.indexes().forget(segment);
            }
            node.events().emit(new JournalEvent.Closed(name, shard.nextOffset()));
        }
    }

    /** Closes all shards, as each says, and gives the directories free. Twice without harm. */
    @Override
    public void close() {
        for (Volume volume : held()) {
            if (pace.isOn(volume.writer)) {
                throw new IllegalStateException(
                        "close() on a writer's own thread waits for itself");
            }
        }
        synchronized (this) {
            List.copyOf(open.values()).forEach(Shard::close);
            closed = true;
            for (Volume volume : volumes) {
                volume.writer.end();
                pace.await(volume.writer, volume.writer.ended());
                unlock(volume);
            }
            volumes.clear();
            node.handles().close();
        }
    }

    private synchronized List<Volume> held() {
        return List.copyOf(volumes);
    }

    private static void unlock(Volume volume) {
        try {
            volume.lock.close();
        } catch (IOException e) {
            // the operating system frees it with the process
        }
    }
}
