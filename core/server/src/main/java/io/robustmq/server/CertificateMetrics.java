package io.robustmq.server;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.function.Supplier;

/** How long the certificates are good that clients are shown. */
final class CertificateMetrics {
    private CertificateMetrics() {}

    /**
     * @param notAfterSeconds by host, of which there are as many as the configuration names
     */
    static void register(Supplier<Map<String, Long>> notAfterSeconds, PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name("robustmq_mqtt_certificate_not_after_timestamp_seconds")
                .help(
                        "Until when the certificate is valid that TLS listeners show, by the host that clients ask for.")
                .labelNames("host")
                .callback(values ->
                        notAfterSeconds
                                .get()
                                .forEach((host, seconds) -> values.call(seconds, host)))
                .register(registry);
    }
}
