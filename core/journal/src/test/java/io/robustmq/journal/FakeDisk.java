package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that behaves as badly as a real one may: what was not synced is lost at a power
 * cut, or reaches the disk in pieces and in any order; so are files whose directory was not synced;
 * after a failed sync the system forgets what it should have written. Any thread.
 */
final class FakeDisk implements Disk {
    /** Pieces of a write that reach the disk or not on their own. */
    private static final int MAX_PIECE_BYTES = 64;

    private sealed interface Change {
        record Write(int position, byte[] bytes) implements Change {}

        record Truncate(int size) implements Change {}
    }

    private static final class Inode {
        private byte[] cached = {};
        private byte[] onDisk = {};
        private final List<Change> unsynced = new ArrayList<>();
    }

    private final Map<Path, Inode> visible = new HashMap<>();
    private final Map<Path, Inode> durable = new HashMap<>();
    private final Set<Path> locked = new HashSet<>();
    private int boot;
    private boolean powerCut;
    private long changesUntilPowerCut = Long.MAX_VALUE;
    private long bytesUntilFull = Long.MAX_VALUE;
    private @Nullable String syncFault;
    private Runnable duringSync = () -> {};
    private int syncs;

    /** The power goes during the {@code changes}th change from now. */
    synchronized void cutPowerAfter(long changes) {
        changesUntilPowerCut = changes;
    }

    synchronized boolean powerCut() {
        return powerCut;
    }

    /** {@code bytes} more can be written; the write that needs more stops in its middle. */
    synchronized void fullAfter(long bytes) {
        bytesUntilFull = bytes;
    }

    synchronized void failNextSync(String message) {
        syncFault = message;
    }

    /** Runs in each sync of a file, without holding anything. */
    synchronized void duringSync(Runnable task) {
        duringSync = task;
    }

    /** Syncs of files that returned. */
    synchronized int syncs() {
        return syncs;
    }

    /** The process dies, the system lives. */
    synchronized void killProcess() {
        boot++;
        locked.clear();
    }

    /** After a power cut: only what is on disk is there, and chance says how much of the rest. */
    synchronized void restart(RandomGenerator chance) {
        killProcess();
        powerCut = false;
        changesUntilPowerCut = Long.MAX_VALUE;
        Set<Path> paths = new HashSet<>(visible.keySet());
        paths.addAll(durable.keySet());
        for (Path path : paths.stream().sorted().toList()) {
            Inode inode = chance.nextBoolean() ? visible.get(path) : durable.get(path);
            if (durable.get(path) == visible.get(path)) {
                inode = durable.get(path);
            }
            if (inode == null) {
                visible.remove(path);
                durable.remove(path);
            } else {
                visible.put(path, inode);
                durable.put(path, inode);
            }
        }
        visible.values().forEach(inode -> settle(inode, chance));
    }

    /** What is on disk once the power is gone. */
    private static void settle(Inode inode, RandomGenerator chance) {
        int percent = List.of(0, 20, 80, 100).get(chance.nextInt(4));
        for (Change change : inode.unsynced) {
            switch (change) {
                case Change.Write(int position, byte[] bytes) -> {
                    int at = 0;
                    while (at < bytes.length) {
                        int end = Math.min(bytes.length, at + 1 + chance.nextInt(MAX_PIECE_BYTES));
                        if (chance.nextInt(100) < percent) {
                            inode.onDisk =
                                    written(
                                            inode.onDisk,
                                            position + at,
                                            Arrays.copyOfRange(bytes, at, end));
                        }
                        at = end;
                    }
                }
                case Change.Truncate(int size) -> {
                    if (chance.nextInt(100) < percent) {
                        inode.onDisk = truncated(inode.onDisk, size);
                    }
                }
            }
        }
        inode.unsynced.clear();
        inode.cached = inode.onDisk;
    }

    /** The file as a process sees it. */
    synchronized byte[] bytes(Path file) throws IOException {
        return inode(file).cached.clone();
    }

    /** Puts {@code bytes} in place of the file, on disk. */
    synchronized void replace(Path file, byte[] bytes) {
        Inode inode = new Inode();
        inode.cached = bytes.clone();
        inode.onDisk = inode.cached;
        visible.put(file, inode);
        durable.put(file, inode);
    }

    /** Removes the file from the disk. */
    synchronized void lose(Path file) {
        visible.remove(file);
        durable.remove(file);
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public synchronized List<Path> list(Path directory) {
        return visible.keySet().stream().filter(p -> directory.equals(p.getParent())).toList();
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        change();
        if (visible.containsKey(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Inode inode = new Inode();
        visible.put(file, inode);
        return new FakeFile(inode);
    }

    @Override
    public synchronized DiskFile open(Path file) throws IOException {
        return new FakeFile(inode(file));
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        change();
        inode(file);
        visible.remove(file);
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        change();
        durable.keySet().removeIf(p -> directory.equals(p.getParent()) && !visible.containsKey(p));
        visible.forEach((path, inode) -> {
            if (directory.equals(path.getParent())) {
                durable.put(path, inode);
            }
        });
    }

    @Override
    public synchronized @Nullable Closeable lock(Path file) {
        int owner = boot;
        return locked.add(file) ? () -> unlock(file, owner) : null;
    }

    private synchronized void unlock(Path file, int owner) {
        if (owner == boot) {
            locked.remove(file);
        }
    }

    private Inode inode(Path file) throws NoSuchFileException {
        Inode inode = visible.get(file);
        if (inode == null) {
            throw new NoSuchFileException(file.toString());
        }
        return inode;
    }

    /** Counts a change; the one at which the power goes is not made, or only in part. */
    private void change() throws IOException {
        if (powerCut) {
            throw new IOException("no power");
        }
        changesUntilPowerCut--;
        if (changesUntilPowerCut <= 0) {
            powerCut = true;
            throw new IOException("no power");
        }
    }

    private static byte[] written(byte[] file, int position, byte[] bytes) {
        byte[] longer = Arrays.copyOf(file, Math.max(file.length, position + bytes.length));
        System.arraycopy(bytes, 0, longer, position, bytes.length);
        return longer;
    }

    private static byte[] truncated(byte[] file, int size) {
        return file.length <= size ? file : Arrays.copyOf(file, size);
    }

    private final class FakeFile implements DiskFile {
        private final Inode inode;
        private final int openedInBoot = boot;

        FakeFile(Inode inode) {
            this.inode = inode;
        }

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            synchronized (FakeDisk.this) {
                alive();
                if (position >= inode.cached.length) {
                    return -1;
                }
                int bytes = Math.min(to.remaining(), inode.cached.length - (int) position);
                to.put(inode.cached, (int) position, bytes);
                return bytes;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            synchronized (FakeDisk.this) {
                alive();
                boolean full = from.remaining() > bytesUntilFull;
                byte[] bytes = new byte[full ? (int) bytesUntilFull : from.remaining()];
                from.get(bytes);
                bytesUntilFull -= bytes.length;
                Change.Write write = new Change.Write((int) position, bytes);
                inode.unsynced.add(write);
                change();
                inode.cached = written(inode.cached, write.position(), bytes);
                if (full) {
                    throw new IOException("No space left on device");
                }
            }
        }

        @Override
        public void sync() throws IOException {
            Runnable task;
            synchronized (FakeDisk.this) {
                task = duringSync;
            }
            task.run();
            synchronized (FakeDisk.this) {
                alive();
                change();
                String fault = syncFault;
                syncFault = null;
                if (fault != null) {
                    inode.unsynced.clear();
                    throw new IOException(fault);
                }
                for (Change change : inode.unsynced) {
                    inode.onDisk =
                            switch (change) {
                                case Change.Write(int position, byte[] bytes) ->
                                        written(inode.onDisk, position, bytes);
                                case Change.Truncate(int size) -> truncated(inode.onDisk, size);
                            };
                }
                inode.unsynced.clear();
                syncs++;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (FakeDisk.this) {
                alive();
                inode.unsynced.add(new Change.Truncate((int) size));
                change();
                inode.cached = truncated(inode.cached, (int) size);
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (FakeDisk.this) {
                alive();
                return inode.cached.length;
            }
        }

        @Override
        public void close() {}

        private void alive() throws IOException {
            if (powerCut || openedInBoot != boot) {
                throw new IOException("no power");
            }
        }
    }
}
