package io.robustmq.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** By which is seen that files have changed, also where they are links to others. */
record FileStamps(List<Stamp> stamps) {
    static final FileStamps NONE = new FileStamps(List.of());

    /**
     * @param key null where the file system has none
     */
    record Stamp(Path file, long bytes, @Nullable FileTime modified, @Nullable Object key) {}

    static FileStamps of(List<Path> files) {
        List<Stamp> stamps = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.add(
                        new Stamp(file, found.size(), found.lastModifiedTime(), found.fileKey()));
            } catch (IOException missing) {
                stamps.add(new Stamp(file, -1, null, null));
            }
        }
        return new FileStamps(List.copyOf(stamps));
    }
}
