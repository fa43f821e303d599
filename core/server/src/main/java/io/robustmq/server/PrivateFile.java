package io.robustmq.server;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Small files that hold what not everybody may read. */
final class PrivateFile {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final int BUFFER_BYTES = 1 << 16;

    private PrivateFile() {}

    /**
     * Puts a text in the place of what the file had: after a crash it is there whole, or not at
     * all. A new file is the owner's alone; an old one keeps owner, group and who may read it.
     */
    static void write(Path file, String text) throws IOException {
        write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Writes what a file is to have. */
    interface Filling {
        void fill(OutputStream out) throws IOException;
    }

    /** The same for what is large. */
    static void write(Path file, Filling filling) throws IOException {
        Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        Path unfinished = real.resolveSibling(real.getFileName() + ".tmp");
        Files.deleteIfExists(unfinished);
        try {
            fill(unfinished, filling, real);
            Files.move(unfinished, real, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        syncFolderOf(real);
    }

    private static void fill(Path unfinished, Filling filling, Path real) throws IOException {
        try (FileChannel channel = created(unfinished)) {
            OutputStream out =
                    new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
            filling.fill(out);
            out.flush();
            if (Files.exists(real)) {
                takeAttributes(real, unfinished);
            }
            channel.force(true);
        }
    }

    /** Waits until nobody else has it; the file stays, empty. */
    static Closeable lock(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            var unused = channel.lock();
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Takes it from everybody but its owner. */
    static void restrict(Path file) throws IOException {
        try {
            if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
                Files.setPosixFilePermissions(file, OWNER_ONLY);
            }
        } catch (UnsupportedOperationException otherFileSystem) {
            // it has other means to keep others out
        }
    }

    private static FileChannel created(Path file) throws IOException {
        Set<StandardOpenOption> how =
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try {
            FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
            return FileChannel.open(file, how, mode);
        } catch (UnsupportedOperationException otherFileSystem) {
            return FileChannel.open(file, how);
        }
    }

    private static void takeAttributes(Path from, Path to) throws IOException {
        PosixFileAttributeView theirs =
                Files.getFileAttributeView(from, PosixFileAttributeView.class);
        PosixFileAttributeView ours = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (theirs == null || ours == null) {
            return;
        }
        PosixFileAttributes wanted = theirs.readAttributes();
        PosixFileAttributes made = ours.readAttributes();
        // only root may give a file away; whoever may not gets an error rather than a file that
        // the node cannot read any more
        if (!made.owner().equals(wanted.owner())) {
            ours.setOwner(wanted.owner());
        }
        if (!made.group().equals(wanted.group())) {
            ours.setGroup(wanted.group());
        }
        if (!made.permissions().equals(wanted.permissions())) {
            ours.setPermissions(wanted.permissions());
        }
    }

    private static void syncFolderOf(Path file) throws IOException {
        Path folder = file.getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
