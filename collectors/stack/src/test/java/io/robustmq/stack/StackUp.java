package io.robustmq.stack;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/** {@code bin/stack up FOLDER}: starts the stack, says where everything is, stops at Ctrl-C. */
final class StackUp {
    private static final Duration TRAFFIC = Duration.ofDays(1);

    private StackUp() {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            stopped.countDown();
                            try {
                                closed.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        }));
        System.err.println("starting, half a minute or so");
        try (Stack stack = Stack.started(folder);
                Traffic traffic = Traffic.started(stack.nodes(), (int) TRAFFIC.toSeconds())) {
            traffic.troubles(stack.nodes().cluster().broker(0), folder);
            String trace = traffic.traced(stack.collector().grpcPort());
            System.out.print(addresses(stack, trace));
            stopped.await();
        } finally {
            closed.countDown();
        }
    }

    private static String addresses(Stack stack, String trace) {
        Stack.Nodes nodes = stack.nodes();
        Stack.Stores stores = stack.stores();
        return """

        broker             mqtt://127.0.0.1:%d     http://127.0.0.1:%d/metrics
        another, of two    mqtt://127.0.0.1:%d     http://127.0.0.1:%d/metrics
        Prometheus         http://127.0.0.1:%d/graph
        its alerts         http://127.0.0.1:%d/alerts
        Alertmanager       http://127.0.0.1:%d
        Jaeger             http://127.0.0.1:%d/trace/%s
        OpenSearch         http://127.0.0.1:%d/logs-robustmq-default/_search?q=client_id:%s
        stand-in for Loki  http://127.0.0.1:%d/loki/api/v1/query_range?query={service_name="mqtt-broker"}
        the Collector      http://127.0.0.1:%d by OTLP over gRPC

        Ctrl-C stops all of it.
        """
                .formatted(
                        nodes.broker().mqttPort(),
                        nodes.broker().httpPort(),
                        nodes.cluster().broker(0).mqttPort(),
                        nodes.cluster().broker(0).httpPort(),
                        stack.prometheus().port(),
                        stack.prometheus().port(),
                        stores.alertmanager().port(),
                        stores.jaeger().port(),
                        trace,
                        stores.documents().port(),
                        Traffic.CLIENT,
                        stores.loki().port(),
                        stack.collector().grpcPort());
    }
}
