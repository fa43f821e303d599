package io.robustmq.architecture.wrong.broker;

import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Breaks the rule of its name. */
final class BrokerUsesPrometheus {
    Class<?> type = PrometheusRegistry.class;
}
