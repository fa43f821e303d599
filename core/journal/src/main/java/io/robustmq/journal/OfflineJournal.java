package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One directory of a journal that no process has open, to be looked at, checked and repaired. One
 * thread. While it is open no process can open the journal.
 */
public final class OfflineJournal implements AutoCloseable {
    private final Path directory;
    private final Disk disk;
    private @Nullable Closeable lock;

    public OfflineJournal(Path directory, Disk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    /** A record as it lies in a segment. */
    public record RecordFacts(long offset, long epochMillis, int[] keys, byte[] payload) {}

    /** Is shown records. */
    public interface Visitor {
        /** Whether more are wanted. */
        boolean record(RecordFacts record);
    }

    /**
     * @throws JournalInUseException if a process has the journal open
     * @throws NoSuchFileException if there is no journal in the directory
     */
    public void open() throws IOException {
        // asked first: taking the lock would make the file
        if (!disk.list(directory).contains(directory.resolve(Names.LOCK))) {
            throw new NoSuchFileException(
                    directory.toString(), null, "no journal: it has no file " + Names.LOCK);
        }
        lock = disk.lock(directory.resolve(Names.LOCK));
        if (lock == null) {
            throw new JournalInUseException(
                    directory + " is open in another process; stop that first");
        }
    }

    public List<String> shardNames() throws IOException {
        TreeSet<String> names = new TreeSet<>();
        for (Path entry : disk.list(directory)) {
            if (Names.isShard(Names.name(entry))) {
                names.add(Names.name(entry));
            }
        }
        return List.copyOf(names);
    }

    /** What the shard's files hold; reads all of them. */
    public ShardReport inspect(String shard) throws IOException {
        return shard(shard).report();
    }

    /** Every record from {@code from} on that can be read. */
    public void records(String shard, long from, Visitor visitor) throws IOException {
        shard(shard).records(from, visitor);
    }

    /** All that is wrong with the shard's files; reads all of them and changes nothing. */
    public List<Finding> verify(String shard) throws IOException {
        return shard(shard).verify();
    }

    /**
     * Does what {@link Finding.Kind#repair} says; nothing if that is {@link Finding.Repair#NONE}.
     */
    public void repair(Finding finding) throws IOException {
        Path file = finding.file();
        Path directoryOfShard = directory.resolve(finding.shard());
        switch (finding.kind().repair()) {
            case NONE -> {}
            case CUT -> {
                try (DiskFile cut = disk.open(file)) {
                    cut.truncate(finding.position());
                    cut.sync();
                }
            }
            case REBUILD_INDEX -> {
                long base = Names.offset(file, Names.INDEX).orElseThrow();
                shard(finding.shard()).rebuildIndex(base);
                disk.syncDirectory(directoryOfShard);
            }
            case DELETE -> {
                disk.delete(file);
                disk.syncDirectory(directoryOfShard);
            }
            case MOVE_ASIDE -> {
                Path aside = directoryOfShard.resolve(Names.ASIDE);
                disk.createDirectories(aside);
                disk.rename(file, aside.resolve(Names.name(file)));
                Path index =
                        Names.offset(file, Names.SEGMENT).isPresent() ? IndexFile.path(file) : file;
                if (disk.list(directoryOfShard).contains(index)) {
                    disk.rename(index, aside.resolve(Names.name(index)));
                }
                disk.syncDirectory(aside);
                disk.syncDirectory(directoryOfShard);
            }
        }
    }

    private OfflineShard shard(String name) throws IOException {
        Names.checkShard(name);
        Path files = directory.resolve(name);
        if (!disk.list(directory).contains(files)) {
            throw new NoSuchFileException(files.toString(), null, "no such shard");
        }
        return new OfflineShard(disk, files).list();
    }

    @Override
    public void close() {
        Closeable held = lock;
        lock = null;
        if (held != null) {
            try {
                held.close();
            } catch (IOException ignored) {
                // the operating system frees it with the process
            }
        }
    }
}
