package io.robustmq.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.broker.ClassMeasures;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the broker counts by class of clients, as {@code robustmq_mqtt_class_…}. All classes that
 * are configured are there from the start, at 0.
 */
final class ClassMetrics {
    private final Supplier<ClassMeasures> measures;
    private final PrometheusRegistry registry;

    private ClassMetrics(Supplier<ClassMeasures> measures, PrometheusRegistry registry) {
        this.measures = measures;
        this.registry = registry;
    }

    static void register(Supplier<ClassMeasures> measures, PrometheusRegistry registry) {
        ClassMetrics metrics = new ClassMetrics(measures, registry);
        GaugeWithCallback.builder()
                .name("robustmq_mqtt_class_connections")
                .help("Clients connected, by their class; metrics.client-classes says which it is.")
                .labelNames("class")
                .callback(values -> metrics.each(ClassMeasures::connected, values::call))
                .register(registry);
        metrics.counter(
                "publish_received",
                "PUBLISH packets taken from clients, by their class.",
                ClassMeasures::publishReceived);
        metrics.counter(
                "delivered",
                "PUBLISH packets sent to subscribers, without repeats, by their class.",
                ClassMeasures::delivered);
        metrics.counter(
                "dropped",
                "Messages not delivered to a client that had subscribed to them, by the class that it had last; other if it has not connected since the node started.",
                ClassMeasures::dropped);
        metrics.counter(
                "connections_refused",
                "CONNECTs refused, by the class of who said to be the client.",
                ClassMeasures::refused);
    }

    /** Of one class, by its place. */
    private interface Value {
        long of(ClassMeasures measures, int clientClass);
    }

    /** Where a value goes. */
    private interface Series {
        void call(double value, String... labels);
    }

    private void counter(String name, String help, Value value) {
        CounterWithCallback.builder()
                .name("robustmq_mqtt_class_" + name + "_total")
                .help(help)
                .labelNames("class")
                .callback(values -> each(value, values::call))
                .register(registry);
    }

    private void each(Value value, Series series) {
        ClassMeasures now = measures.get();
        List<String> names = now.names();
        for (int i = 0; i < names.size(); i++) {
            series.call(value.of(now, i), names.get(i));
        }
    }
}
