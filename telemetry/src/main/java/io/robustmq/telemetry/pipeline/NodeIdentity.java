package io.robustmq.telemetry.pipeline;

/**
 * Which process an event comes from.
 *
 * @param nodeId the configured name of the node
 * @param instanceId another one each time the node starts: {@code service.instance.id}
 * @param version of RobustMQ
 */
public record NodeIdentity(String nodeId, String instanceId, String version) {}
