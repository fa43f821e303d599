package io.robustmq.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Await;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Prometheus;
import io.robustmq.testkit.RobustMq;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus that was told to take native histograms, and what it makes of ours. */
@NeedsPart({Part.PROMTOOL, Part.MOSQUITTO})
class NativeHistogramsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MESSAGES = 20;
    private static final String DELIVERIES = "robustmq_mqtt_delivery_latency_seconds{qos=\"1\"}";
    private static final String ANSWERS = "robustmq_mqtt_publish_ack_latency_seconds{qos=\"1\"}";

    @Test
    void it_counts_each_delivery_and_tells_their_quantiles(@TempDir Path folder) throws Exception {
        try (RobustMq broker = RobustMq.in(folder.resolve("broker")).start();
                Prometheus prometheus =
                        Prometheus.withNativeHistograms(List.of(broker.httpPort()), folder)) {
            Await.untilTrue(
                    "an empty native histogram",
                    LIMIT,
                    () -> prometheus.value("histogram_count(" + DELIVERIES + ")") == 0);
            MosquittoClients clients = broker.mosquitto();
            try (MosquittoClients.Subscriber all =
                    clients.subscribe("-V", "5", "-q", "1", "-t", "meters/#")) {
                clients.publish("-t", "meters/1", "-m", "42", "-q", "1", "--repeat", "" + MESSAGES);
                all.await(MESSAGES);
            }
            Await.untilTrue(
                    "all deliveries and acknowledgements",
                    LIMIT,
                    () ->
                            prometheus.value("histogram_count(" + DELIVERIES + ")") == MESSAGES
                                    && prometheus.value("histogram_count(" + ANSWERS + ")")
                                            == MESSAGES);
            double slowest =
                    prometheus.value("histogram_quantile(0.99, rate(" + DELIVERIES + "[1m]))");
            double sum = prometheus.value("histogram_sum(" + DELIVERIES + ")");
            // its bucket is at most 9 % wide, and no delivery took longer than all together
            assertThat(slowest).isGreaterThan(0).isLessThan(1.1 * sum);
            assertThat(prometheus.results(DELIVERIES.replace("seconds", "seconds_bucket")))
                    .as("classic buckets, which it leaves where there are native ones")
                    .isEmpty();
        }
    }
}
