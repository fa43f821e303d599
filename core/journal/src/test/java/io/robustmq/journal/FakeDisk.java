package io.robustmq.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that behaves as badly as a real one may: what was not synced is lost at a power
 * cut, or reaches the disk in pieces and in any order; so are files whose directory was not synced;
 * after a failed sync the system forgets what it should have written. Any thread.
 */
final class FakeDisk implements Disk {
    /** A file or a directory. */
    sealed interface Entry permits FakeInode, FakeFolder {}

    private final FakeFolder root = new FakeFolder();
    private final Set<Path> locked = new HashSet<>();

    /** Parts of the disk that refuse every change, and what they say. */
    private final Map<Path, String> broken = new HashMap<>();

    private RandomGenerator chance = new SplittableRandom(0);
    private int boot;
    private boolean powerCut;
    private long changesUntilPowerCut = Long.MAX_VALUE;
    private long bytesUntilFull = Long.MAX_VALUE;
    private @Nullable String syncFault;
    private int readsUntilFlip = Integer.MAX_VALUE;
    private Runnable duringSync = () -> {};
    private int syncs;
    private int openings;
    private long bytesRead;

    /** Decides from now on what a failed sync leaves on disk, and which bit a bad read flips. */
    synchronized void chance(RandomGenerator decides) {
        chance = decides;
    }

    /** The power goes during the {@code changes}th change from now. */
    synchronized void cutPowerAfter(long changes) {
        changesUntilPowerCut = changes;
    }

    synchronized boolean powerCut() {
        return powerCut;
    }

    /** Files can grow by {@code bytes}; the write that needs more stops in its middle. */
    synchronized void fullAfter(long bytes) {
        bytesUntilFull = bytes;
    }

    synchronized void failNextSync(String message) {
        syncFault = message;
    }

    /** Every change of {@code fileOrDirectory}, or below it, fails. */
    synchronized void breakDown(Path fileOrDirectory, String message) {
        broken.put(fileOrDirectory, message);
    }

    /** The file's bytes {@code from} to before {@code to} cannot be read. */
    synchronized void spoil(Path file, int from, int to) throws IOException {
        inode(file).spoil(from, to);
    }

    /** Nothing fails any more. */
    synchronized void heal() {
        broken.clear();
        bytesUntilFull = Long.MAX_VALUE;
        syncFault = null;
        readsUntilFlip = Integer.MAX_VALUE;
    }

    /** The {@code reads}th read from now has one bit flipped; the next is right again. */
    synchronized void flipAfter(int reads) {
        readsUntilFlip = reads;
    }

    /** Runs in each sync of a file, without holding anything. */
    synchronized void duringSync(Runnable task) {
        duringSync = task;
    }

    /** Syncs of files that returned. */
    synchronized int syncs() {
        return syncs;
    }

    /** Files opened or created. */
    synchronized int openings() {
        return openings;
    }

    synchronized long bytesRead() {
        return bytesRead;
    }

    /** The process dies, the system lives. */
    synchronized void killProcess() {
        boot++;
        locked.clear();
    }

    /** After a power cut: only what is on disk is there, and chance says how much of the rest. */
    synchronized void restart(RandomGenerator decides) {
        killProcess();
        powerCut = false;
        changesUntilPowerCut = Long.MAX_VALUE;
        settle(root, decides);
    }

    private static void settle(FakeFolder folder, RandomGenerator decides) {
        folder.settle(decides);
        folder.visible().keySet().stream()
                .sorted()
                .map(folder.visible()::get)
                .forEach(entry -> {
                    switch (entry) {
                        case FakeInode inode -> inode.settle(decides);
                        case FakeFolder below -> settle(below, decides);
                    }
                });
    }

    /** The file as a process sees it. */
    synchronized byte[] bytes(Path file) throws IOException {
        return inode(file).bytes();
    }

    /** Puts {@code bytes} in place of the file, on disk. */
    synchronized void replace(Path file, byte[] bytes) throws IOException {
        parent(file).putDurably(name(file), new FakeInode(bytes));
    }

    /** Removes the file from the disk. */
    synchronized void lose(Path file) throws IOException {
        parent(file).removeDurably(name(file));
    }

    synchronized boolean exists(Path fileOrDirectory) throws IOException {
        return parent(fileOrDirectory).visible().containsKey(name(fileOrDirectory));
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        FakeFolder folder = root;
        for (Path step : directory) {
            Entry entry = folder.visible().get(step.toString());
            if (entry == null) {
                change(directory);
                entry = new FakeFolder();
                folder.putDurably(step.toString(), entry);
            }
            folder = (FakeFolder) entry;
        }
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        folder(directory).visible().keySet().stream()
                .sorted()
                .forEach(name -> found.add(directory.resolve(name)));
        return found;
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        change(file);
        FakeFolder folder = parent(file);
        if (folder.visible().containsKey(name(file))) {
            throw new FileAlreadyExistsException(file.toString());
        }
        FakeInode inode = new FakeInode(new byte[0]);
        folder.put(name(file), inode);
        openings++;
        return new FakeFile(file, inode);
    }

    @Override
    public synchronized DiskFile open(Path file) throws IOException {
        openings++;
        return new FakeFile(file, inode(file));
    }

    @Override
    public DiskFile openToRead(Path file) throws IOException {
        return open(file);
    }

    @Override
    public synchronized void delete(Path fileOrDirectory) throws IOException {
        change(fileOrDirectory);
        FakeFolder folder = parent(fileOrDirectory);
        switch (folder.visible().get(name(fileOrDirectory))) {
            case null -> throw new NoSuchFileException(fileOrDirectory.toString());
            case FakeFolder full when !full.visible().isEmpty() ->
                    throw new DirectoryNotEmptyException(fileOrDirectory.toString());
            case FakeFolder _, FakeInode _ -> folder.remove(name(fileOrDirectory));
        }
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        change(from);
        FakeFolder folder = parent(from);
        if (!folder.visible().containsKey(name(from))) {
            throw new NoSuchFileException(from.toString());
        }
        folder.rename(name(from), name(to));
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        change(directory);
        folder(directory).sync();
    }

    @Override
    public long freeBytes(Path directory) {
        return -1;
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

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private FakeFolder parent(Path path) throws IOException {
        Path parent = path.getParent();
        if (parent == null) {
            throw new NoSuchFileException(path.toString());
        }
        return folder(parent);
    }

    private FakeFolder folder(Path path) throws IOException {
        FakeFolder folder = root;
        for (Path step : path) {
            if (!(folder.visible().get(step.toString()) instanceof FakeFolder below)) {
                throw new NoSuchFileException(path.toString());
            }
            folder = below;
        }
        return folder;
    }

    private FakeInode inode(Path file) throws IOException {
        if (parent(file).visible().get(name(file)) instanceof FakeInode inode) {
            return inode;
        }
        throw new NoSuchFileException(file.toString());
    }

    /** Counts a change; the one at which the power goes is not made, or only in part. */
    private void change(Path path) throws IOException {
        if (powerCut) {
            throw new IOException("no power");
        }
        changesUntilPowerCut--;
        if (changesUntilPowerCut <= 0) {
            powerCut = true;
            throw new IOException("no power");
        }
        for (Map.Entry<Path, String> part : broken.entrySet()) {
            if (path.startsWith(part.getKey())) {
                throw new IOException(part.getValue());
            }
        }
    }

    private final class FakeFile implements DiskFile {
        private final Path path;
        private final FakeInode inode;
        private final int openedInBoot = boot;

        FakeFile(Path path, FakeInode inode) {
            this.path = path;
            this.inode = inode;
        }

        @Override
        public int read(ByteBuffer to, long position) throws IOException {
            synchronized (FakeDisk.this) {
                alive();
                if (position >= inode.size()) {
                    return -1;
                }
                int start = to.position();
                int bytes = inode.readable((int) position, to.remaining());
                to.put(inode.array(), (int) position, bytes);
                bytesRead += bytes;
                if (--readsUntilFlip == 0) {
                    int at = start + chance.nextInt(bytes);
                    to.put(at, (byte) (to.get(at) ^ 1 << chance.nextInt(8)));
                }
                return bytes;
            }
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            synchronized (FakeDisk.this) {
                alive();
                int inFile = Math.clamp(inode.size() - position, 0, from.remaining());
                boolean full = from.remaining() - inFile > bytesUntilFull;
                byte[] bytes = new byte[full ? inFile + (int) bytesUntilFull : from.remaining()];
                from.get(bytes);
                bytesUntilFull -= bytes.length - inFile;
                try {
                    change(path);
                } catch (IOException e) {
                    inode.writeWithoutCache((int) position, bytes);
                    throw e;
                }
                inode.write((int) position, bytes);
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
                change(path);
                String fault = syncFault;
                syncFault = null;
                if (fault != null) {
                    inode.failSync(chance);
                    throw new IOException(fault);
                }
                inode.sync();
                syncs++;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (FakeDisk.this) {
                alive();
                change(path);
                inode.truncate((int) size);
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (FakeDisk.this) {
                alive();
                return inode.size();
            }
        }

        @Override
        public @Nullable FileChannel channel() {
            return null;
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
