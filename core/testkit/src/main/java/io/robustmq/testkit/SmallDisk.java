package io.robustmq.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An ext4 file system in a file, mounted in a test's folder: it is full when it is full. */
public final class SmallDisk implements AutoCloseable {
    private static final int PIECE = 64 << 10;

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    public static SmallDisk mounted(Path scratch, int mebibytes) throws Exception {
        Path image = scratch.resolve("disk.image");
        try (FileChannel file =
                FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(1), (long) mebibytes << 20);
        }
        Path folder = Files.createDirectory(scratch.resolve("disk"));
        // no blocks held back for root, which the broker may be
        ChildProcess.run(program("mkfs.ext4"), "-q", "-F", "-m", "0", image.toString());
        ChildProcess.run(program("mount"), "-o", "loop", image.toString(), folder.toString());
        return new SmallDisk(folder);
    }

    public Path folder() {
        return folder;
    }

    /** Takes all but so many bytes away from whoever else writes, who may be quicker. */
    public void fill(long freeBytes) throws IOException {
        try (FileChannel ballast =
                FileChannel.open(
                        ballast(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND,
                        StandardOpenOption.WRITE)) {
            while (Files.getFileStore(folder).getUsableSpace() > freeBytes) {
                ballast.write(ByteBuffer.allocate(PIECE));
                ballast.force(false); // else the file system counts it later
            }
        } catch (IOException full) {
            if (Files.getFileStore(folder).getUsableSpace() > freeBytes + PIECE) {
                throw full;
            }
        }
    }

    public void makeRoom() throws IOException {
        Files.delete(ballast());
    }

    private Path ballast() {
        return folder.resolve("ballast");
    }

    @Override
    public void close() throws Exception {
        ChildProcess.run(program("umount"), folder.toString());
    }

    private static String program(String name) {
        return Part.SMALL_DISK.program(name).toString();
    }
}
