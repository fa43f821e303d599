package io.robustmq.telemetry.pipeline;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Where the log files are: the disk, or a test's. */
interface LogDirectory {
    /** Names of the files in it; makes the directory if there is none. */
    List<String> names() throws IOException;

    /** True if the file can be appended to: it is empty or its last line is whole. */
    boolean isWhole(String name) throws IOException;

    /** 0 if there is no such file. */
    long size(String name) throws IOException;

    /** Opens the file for writing at {@code position}; what is behind is cut off. */
    Appender open(String name, long position) throws IOException;

    void delete(String name) throws IOException;

    interface Appender extends Closeable {
        void write(ByteBuffer bytes) throws IOException;
    }

    static LogDirectory on(Path directory) {
        return new LogDirectory() {
            @Override
            public List<String> names() throws IOException {
                Files.createDirectories(directory);
                List<String> names = new ArrayList<>();
                try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
                    files.forEach(file -> names.add(String.valueOf(file.getFileName())));
                }
                return names;
            }

            @Override
            public boolean isWhole(String name) throws IOException {
                try (FileChannel file =
                        FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
                    ByteBuffer last = ByteBuffer.allocate(1);
                    return file.size() == 0
                            || file.read(last, file.size() - 1) == 1 && last.get(0) == '\n';
                }
            }

            @Override
            public long size(String name) throws IOException {
                Path file = directory.resolve(name);
                return Files.exists(file) ? Files.size(file) : 0;
            }

            @Override
            public Appender open(String name, long position) throws IOException {
                Files.createDirectories(directory);
                FileChannel file =
                        FileChannel.open(
                                directory.resolve(name),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                try {
                    file.truncate(position).position(position);
                } catch (IOException e) {
                    file.close();
                    throw e;
                }
                return new Appender() {
                    @Override
                    public void write(ByteBuffer bytes) throws IOException {
                        while (bytes.hasRemaining()) {
                            file.write(bytes);
                        }
                    }

                    @Override
                    public void close() throws IOException {
                        file.close();
                    }
                };
            }

            @Override
            public void delete(String name) throws IOException {
                Files.deleteIfExists(directory.resolve(name));
            }
        };
    }
}
