package io.robustmq.server;

import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.journal.LocalDisk;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The three roles in one process. Opened and closed by different threads. */
final class Standalone implements AutoCloseable {
    private final StandaloneConfig config;
    private final ConfigOutcome.Loaded loaded;
    private final String version;
    private final Readiness readiness = new Readiness();

    // while open
    private @Nullable DataDirectory data;
    private @Nullable HttpEndpoint http;

    Standalone(ConfigOutcome.Loaded loaded, String version) {
        this.config = loaded.config();
        this.loaded = loaded;
        this.version = version;
    }

    synchronized void open() throws StartFailure {
        data = new DataDirectory(config.data().directory(), new LocalDisk());
        data.open();
        PrometheusRegistry registry = new PrometheusRegistry();
        JvmMetrics.builder().register(registry);
        openHttp(registry);
    }

    private void openHttp(PrometheusRegistry registry) throws StartFailure {
        Listener listener = new Listener("http.listen", config.http().listen());
        HttpEndpoint endpoint = new HttpEndpoint(listener.resolve(), registry, readiness);
        try {
            endpoint.open();
        } catch (IOException failure) {
            throw listener.failed(failure);
        }
        http = endpoint;
    }

    /** What listens where, for a person. */
    synchronized String announcement() {
        return "RobustMQ " + version + " ready in " + Main.seconds(Main.millisSinceStart()) + "\n";
    }

    @Override
    public synchronized void close() {
        if (http != null) {
            http.close();
            http = null;
        }
        if (data != null) {
            data.close();
            data = null;
        }
    }
}
