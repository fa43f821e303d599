package io.robustmq.telemetry.pipeline;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import java.util.EnumMap;
import java.util.Map;

/** Where OpenTelemetry is told that its data comes from. Immutable. */
final class Resources {
    static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("io.robustmq");

    private final Map<Service, Resource> resources = new EnumMap<>(Service.class);

    Resources(NodeIdentity node) {
        for (Service service : Service.values()) {
            resources.put(
                    service,
                    Resource.create(
                            Attributes.builder()
                                    .put("service.name", service.serviceName())
                                    .put("service.instance.id", node.instanceId())
                                    .put("service.version", node.version())
                                    .put("robustmq.node_id", node.nodeId())
                                    .build()));
        }
    }

    Resource of(Service service) {
        Resource resource = resources.get(service);
        if (resource == null) {
            throw new IllegalStateException("every service has its resource");
        }
        return resource;
    }
}
