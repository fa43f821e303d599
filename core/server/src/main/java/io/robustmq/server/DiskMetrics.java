package io.robustmq.server;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** How much room there is where the node writes. */
final class DiskMetrics {
    private final List<Path> directories;

    private DiskMetrics(List<Path> directories) {
        this.directories = directories;
    }

    /** Of several directories on one disk, the first stands for it. */
    static void register(List<Path> directories, PrometheusRegistry registry) {
        DiskMetrics disks = new DiskMetrics(directories);
        disks.gauge(
                "robustmq_disk_free_bytes",
                "Room that is left on a disk that the node writes to, by the first of the node's"
                        + " directories there.",
                FileStore::getUsableSpace,
                registry);
        disks.gauge(
                "robustmq_disk_size_bytes",
                "Size of that disk.",
                FileStore::getTotalSpace,
                registry);
    }

    private interface Space {
        long of(FileStore disk) throws IOException;
    }

    private void gauge(String name, String help, Space space, PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames("directory")
                .callback(values ->
                        disks().forEach((disk, directory) ->
                                tell(
                                        disk,
                                        space,
                                        bytes -> values.call(bytes, directory.toString()))))
                .register(registry);
    }

    /** A disk that does not say is none: no figure is better than a wrong one. */
    private static void tell(FileStore disk, Space space, Consumer<Long> value) {
        try {
            value.accept(space.of(disk));
        } catch (IOException unknown) {
            // as if it were not mounted
        }
    }

    /** Looked up each time: directories are made later, and disks mounted. */
    private Map<FileStore, Path> disks() {
        Map<FileStore, Path> disks = new LinkedHashMap<>();
        for (Path directory : directories) {
            try {
                disks.putIfAbsent(
                        Files.getFileStore(directory), directory.toAbsolutePath().normalize());
            } catch (IOException notThere) {
                // not made yet, or gone
            }
        }
        return disks;
    }
}
