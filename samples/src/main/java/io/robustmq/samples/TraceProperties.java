package io.robustmq.samples;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/**
 * Carries a trace context in the user properties of a PUBLISH, as {@code traceparent} and {@code
 * tracestate} (W3C Trace Context: MQTT protocol, first draft).
 */
final class TraceProperties {
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    private TraceProperties() {}

    static void inject(Context context, MqttProperties into) {
        W3C.inject(
                context,
                into.getUserProperties(),
                (properties, key, value) -> {
                    if (properties != null) {
                        properties.add(new UserProperty(key, value));
                    }
                });
    }

    /** The context that came with a message; one without a span if none did. */
    static Context extract(MqttProperties from) {
        return W3C.extract(Context.root(), from.getUserProperties(), new Getter());
    }

    private static final class Getter implements TextMapGetter<List<UserProperty>> {
        @Override
        public Iterable<String> keys(List<UserProperty> properties) {
            return properties.stream().map(UserProperty::getKey).toList();
        }

        @Override
        public @Nullable String get(@Nullable List<UserProperty> properties, String key) {
            for (UserProperty property :
                    properties == null ? List.<UserProperty>of() : properties) {
                if (property.getKey().equals(key)) {
                    return property.getValue();
                }
            }
            return null;
        }
    }
}
