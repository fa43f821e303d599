package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import java.util.EnumMap;
import java.util.Map;

/** Where OpenTelemetry is told that its data comes from. Any thread. */
final class Resources {
    static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("io.robustmq");

    private final NodeIdentity node;
    private final Map<String, String> others;
    private final Map<Service, Resource> resources = new EnumMap<>(Service.class);

    Resources(NodeIdentity node) {
        this(node, Map.of());
    }

    /**
     * @param others attributes that the operator wants; ours win
     */
    Resources(NodeIdentity node, Map<String, String> others) {
        this.node = node;
        this.others = others;
    }

    synchronized Resource of(Service service) {
        return resources.computeIfAbsent(service, this::make);
    }

    private Resource make(Service service) {
        AttributesBuilder attributes = Attributes.builder();
        others.forEach(attributes::put);
        return Resource.create(
                attributes
                        .put("service.name", service.serviceName())
                        .put("service.instance.id", node.instanceId())
                        .put("service.version", node.version())
                        .put("robustmq.node_id", node.nodeId())
                        .build());
    }
}
