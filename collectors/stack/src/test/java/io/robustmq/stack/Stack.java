package io.robustmq.stack;

import io.robustmq.testkit.Alertmanager;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.Jaeger;
import io.robustmq.testkit.OpenSearch;
import io.robustmq.testkit.OtelCollector;
import io.robustmq.testkit.Prometheus;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.SmallCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A broker, a small cluster beside it, and all that the folders {@code collectors}, {@code alerts}
 * and {@code dashboards} are for, with the configurations that are shipped there; ports, paths and
 * Prometheus' intervals are others. Loki alone is not real, see {@link LokiStandIn}.
 *
 * <pre>
 *   broker, cluster --OTLP--> Collector --OTLP/HTTP--> stand-in for Loki
 *        ^                       |-------bulk-------> OpenSearch
 *        |                       '-------OTLP-------> Jaeger
 *   Prometheus --alerts--> Alertmanager
 * </pre>
 */
final class Stack implements AutoCloseable {
    /** One user, "ann", by mosquitto_passwd; who gives another password than hers is refused. */
    private static final String USERS =
            "ann:$7$101$YAr3Cm2msHMUQqIO$7pAZs+mKzuD0ktwDwTzGRQhdnVOhxVbq"
                    + "LscxUPolg/nv6HH2VrIZN0FBIcqVgW1Qds1biaYImWlqYg6yzN/Dng==\n";

    private final Started started;
    private final Stores stores;
    private final OtelCollector collector;
    private final Nodes nodes;
    private final Prometheus prometheus;

    private Stack(
            Started started,
            Stores stores,
            OtelCollector collector,
            Nodes nodes,
            Prometheus prometheus) {
        this.started = started;
        this.stores = stores;
        this.collector = collector;
        this.nodes = nodes;
        this.prometheus = prometheus;
    }

    /** What is asked in the end. */
    record Stores(
            LokiStandIn loki, OpenSearch documents, Jaeger jaeger, Alertmanager alertmanager) {}

    /**
     * @param cutOff a broker whose events nobody takes: its collector is not there
     */
    record Nodes(RobustMq broker, RobustMq cutOff, SmallCluster cluster) {}

    /** What has to be ended, whatever came of the rest: nodes first, since they flush. */
    private static final class Started {
        private final ConcurrentLinkedDeque<AutoCloseable> nodes = new ConcurrentLinkedDeque<>();
        private final ConcurrentLinkedDeque<AutoCloseable> others = new ConcurrentLinkedDeque<>();

        private <T extends AutoCloseable> T node(T node) {
            nodes.addFirst(node);
            return node;
        }

        private <T extends AutoCloseable> T other(T other) {
            others.addFirst(other);
            return other;
        }

        private void close() throws Exception {
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> ends = new ArrayList<>();
                for (AutoCloseable node : nodes) {
                    ends.add(
                            threads.submit(() -> {
                                node.close();
                                return true;
                            }));
                }
                for (Future<?> end : ends) {
                    end.get();
                }
            } finally {
                for (AutoCloseable other : others) {
                    other.close();
                }
            }
        }
    }

    static Stack started(Path folder) throws Exception {
        Started started = new Started();
        try {
            return started(folder, started);
        } catch (Exception | AssertionError e) {
            started.close();
            throw e;
        }
    }

    private static Stack started(Path folder, Started started) throws Exception {
        OtelCollector waiting =
                OtelCollector.stopped(
                        Files.createDirectories(folder.resolve("collector")),
                        shipped("otelcol.yaml"),
                        shipped("loki.yaml"),
                        shipped("elasticsearch.yaml"),
                        shipped("traces.yaml"));
        Stores stores;
        OtelCollector collector;
        Nodes nodes;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<OpenSearch> documents =
                    threads.submit(() -> prepared(started.other(OpenSearch.started(folder))));
            // nodes keep what they have to tell until the Collector is there
            nodes =
                    new Nodes(
                            started.node(broker(folder, waiting.grpcPort())),
                            started.node(cutOff(folder)),
                            started.node(cluster(folder, waiting.grpcPort())));
            stores =
                    new Stores(
                            started.other(LokiStandIn.started()),
                            documents.get(),
                            started.other(Jaeger.started(folder)),
                            started.other(Alertmanager.started(folder)));
            collector =
                    started.other(
                            waiting.with("LOKI", "http://127.0.0.1:" + stores.loki.port() + "/otlp")
                                    .with(
                                            "ELASTICSEARCH",
                                            "http://127.0.0.1:" + stores.documents.port())
                                    .with("TRACES", "127.0.0.1:" + stores.jaeger.otlpPort()));
            collector.start();
        }
        List<Integer> scraped = new ArrayList<>(nodes.cluster.httpPorts());
        scraped.add(nodes.broker.httpPort());
        scraped.add(nodes.cutOff.httpPort());
        Prometheus prometheus =
                started.other(Prometheus.telling(stores.alertmanager, scraped, folder));
        return new Stack(started, stores, collector, nodes, prometheus);
    }

    Stores stores() {
        return stores;
    }

    OtelCollector collector() {
        return collector;
    }

    Nodes nodes() {
        return nodes;
    }

    Prometheus prometheus() {
        return prometheus;
    }

    @Override
    public void close() throws Exception {
        started.close();
    }

    private static RobustMq broker(Path folder, int collector) throws Exception {
        Path users = Files.writeString(folder.resolve("users"), USERS);
        return RobustMq.in(folder.resolve("broker"))
                .everyTransport()
                .otlp("grpc", collector)
                .traceAll()
                .set("events.messages-per-second", "1000") // all, so that one can be followed
                .set("journal.slow-sync", "1ms") // so that there is a slow one
                .set("mqtt.password-file", users.toString())
                .start();
    }

    private static RobustMq cutOff(Path folder) throws Exception {
        return RobustMq.in(folder.resolve("cut-off"))
                .set("node-id", "cut-off")
                .otlp("grpc", FreePorts.one())
                .start();
    }

    private static SmallCluster cluster(Path folder, int collector) throws Exception {
        return SmallCluster.started(
                folder.resolve("cluster"), node -> node.otlp("grpc", collector));
    }

    /** As collectors/README.md says, before the first document is there. */
    private static OpenSearch prepared(OpenSearch store) throws Exception {
        store.send(
                "PUT",
                "/_component_template/robustmq-mappings",
                collectors("elasticsearch/robustmq-mappings.json"));
        store.send(
                "PUT",
                "/_index_template/robustmq",
                collectors("elasticsearch/index-template.json"));
        return store;
    }

    private static String shipped(String configuration) throws IOException {
        return collectors("otel-collector/" + configuration);
    }

    private static String collectors(String file) throws IOException {
        return Files.readString(Repository.root().resolve("collectors").resolve(file));
    }
}
