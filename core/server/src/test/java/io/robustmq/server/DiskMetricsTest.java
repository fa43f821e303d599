package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskMetricsTest {
    @TempDir private Path folder;
    private final PrometheusRegistry registry = new PrometheusRegistry();

    @Test
    void directories_on_one_disk_are_one_series_which_the_first_gives_its_name() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path events = Files.createDirectory(folder.resolve("events"));
        DiskMetrics.register(List.of(data, events), registry);

        GaugeDataPointSnapshot free = only(points("robustmq_disk_free_bytes"));
        GaugeDataPointSnapshot size = only(points("robustmq_disk_size_bytes"));

        Labels expected = Labels.of("directory", data.toString());
        assertThat(List.of(free.getLabels(), size.getLabels())).containsOnly(expected);
        assertThat(free.getValue()).isPositive().isLessThan(size.getValue());
        assertThat(size.getValue()).isEqualTo(Files.getFileStore(data).getTotalSpace());
    }

    @Test
    void a_directory_is_told_of_once_it_is_there() throws Exception {
        Path later = folder.resolve("later");
        DiskMetrics.register(List.of(later), registry);
        assertThat(points("robustmq_disk_free_bytes")).isEmpty();

        Files.createDirectory(later);
        assertThat(points("robustmq_disk_free_bytes")).hasSize(1);
    }

    private static GaugeDataPointSnapshot only(List<GaugeDataPointSnapshot> points) {
        assertThat(points).hasSize(1);
        return points.getFirst();
    }

    private List<GaugeDataPointSnapshot> points(String name) {
        return registry.scrape().stream()
                .filter(snapshot -> snapshot.getMetadata().getName().equals(name))
                .flatMap(snapshot -> ((GaugeSnapshot) snapshot).getDataPoints().stream())
                .toList();
    }
}
