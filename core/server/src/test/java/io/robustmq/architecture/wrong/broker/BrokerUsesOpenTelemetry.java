package io.robustmq.architecture.wrong.broker;

import io.opentelemetry.api.trace.Span;

/** Breaks the rule of its name. */
final class BrokerUsesOpenTelemetry {
    Class<?> type = Span.class;
}
