package io.robustmq.telemetry.pipeline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** A disk of so many bytes. */
final class MemoryDirectory implements LogDirectory {
    private final Map<String, byte[]> files = new ConcurrentSkipListMap<>();
    private volatile long free = Long.MAX_VALUE;

    void free(long bytes) {
        free = bytes;
    }

    void put(String name, String content) {
        files.put(name, content.getBytes(StandardCharsets.UTF_8));
    }

    List<String> lines(String name) {
        return new String(files.getOrDefault(name, new byte[0]), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    @Override
    public List<String> names() {
        return List.copyOf(files.keySet());
    }

    @Override
    public boolean isWhole(String name) {
        byte[] content = files.getOrDefault(name, new byte[0]);
        return content.length == 0 || content[content.length - 1] == '\n';
    }

    @Override
    public long size(String name) {
        return files.getOrDefault(name, new byte[0]).length;
    }

    @Override
    public Appender open(String name, long position) {
        byte[] before = files.getOrDefault(name, new byte[0]);
        files.put(name, Arrays.copyOf(before, (int) position));
        return new Appender() {
            @Override
            public void write(ByteBuffer bytes) throws IOException {
                int fits = (int) Math.min(free, bytes.remaining());
                byte[] part = new byte[fits];
                bytes.get(part);
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                content.writeBytes(files.getOrDefault(name, new byte[0]));
                content.writeBytes(part);
                files.put(name, content.toByteArray());
                free = free == Long.MAX_VALUE ? free : free - fits;
                if (bytes.hasRemaining()) {
                    throw new IOException("No space left on device");
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void delete(String name) {
        files.remove(name);
    }
}
