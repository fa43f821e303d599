package io.robustmq.placement;

import com.hazelcast.cluster.ClusterState;
import com.hazelcast.config.Config;
import com.hazelcast.config.ConfigAccessor;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.ServiceConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.cp.CPGroupId;
import com.hazelcast.cp.internal.RaftInvocationManager;
import com.hazelcast.cp.internal.RaftService;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The Hazelcast member of a node that is alone: CP member count 0.
 *
 * <p>It hosts {@link PlacementService} and runs its operations one after the other on one partition
 * thread. It keeps nothing on disk. Nobody joins it: it listens on loopback, looks for no members,
 * has no client endpoint, and once started its cluster state is frozen, which refuses new members.
 */
final class ConsensusMember {
    private static final String CLUSTER = "robustmq-standalone";
    private static final String GROUP = "robustmq-placement";

    /** What 5.4.0 has on by default and a single small member does not need. */
    private static final Map<String, String> PROPERTIES =
            Map.ofEntries(
                    Map.entry("hazelcast.logging.type", "slf4j"),
                    Map.entry("hazelcast.phone.home.enabled", "false"),
                    Map.entry("hazelcast.shutdownhook.enabled", "false"),
                    Map.entry("hazelcast.jmx", "false"),
                    Map.entry("hazelcast.health.monitoring.level", "OFF"),
                    Map.entry("hazelcast.slow.operation.detector.enabled", "false"),
                    Map.entry("hazelcast.socket.bind.any", "false"),
                    Map.entry("hazelcast.socket.server.bind.any", "false"),
                    Map.entry("hazelcast.security.recommendations", "false"),
                    Map.entry("hazelcast.wait.seconds.before.join", "0"),
                    Map.entry("hazelcast.partition.count", "1"),
                    Map.entry("hazelcast.operation.thread.count", "1"),
                    Map.entry("hazelcast.operation.generic.thread.count", "2"),
                    Map.entry("hazelcast.operation.priority.generic.thread.count", "1"),
                    Map.entry("hazelcast.operation.response.thread.count", "1"),
                    Map.entry("hazelcast.io.input.thread.count", "1"),
                    Map.entry("hazelcast.io.output.thread.count", "1"),
                    Map.entry("hazelcast.event.thread.count", "1"),
                    Map.entry("hazelcast.clientengine.thread.count", "1"),
                    Map.entry("hazelcast.clientengine.query.thread.count", "1"),
                    Map.entry("hazelcast.clientengine.blocking.thread.count", "1"));

    private final InetSocketAddress listen;
    private final PlacementService service;

    // while it runs
    private @Nullable HazelcastInstance member;
    private @Nullable RaftInvocationManager operations;
    private @Nullable CPGroupId group;

    ConsensusMember(InetSocketAddress listen, PlacementService service) {
        this.listen = listen;
        this.service = service;
    }

    void start() throws IOException {
        HazelcastInstance started;
        try {
            started = Hazelcast.newHazelcastInstance(config());
        } catch (HazelcastException e) {
            throw bindFailure(e);
        }
        member = started;
        RaftService raft =
                ((HazelcastInstanceProxy) started)
                        .getOriginal()
                        .node
                        .getNodeEngine()
                        .getService(RaftService.SERVICE_NAME);
        operations = raft.getInvocationManager();
        group = raft.createRaftGroupForProxy(GROUP);
        started.getPartitionService().getPartition(GROUP).getOwner();
        started.getCluster().changeClusterState(ClusterState.FROZEN);
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return (InetSocketAddress) running().getLocalEndpoint().getSocketAddress();
    }

    boolean isJoinAllowed() {
        return running().getCluster().getClusterState().isJoinAllowed();
    }

    private HazelcastInstance running() {
        HazelcastInstance running = member;
        if (running == null) {
            throw new IllegalStateException("the consensus member does not run");
        }
        return running;
    }

    /** Has the state machine apply the command at {@code index} of the log. */
    CompletableFuture<PlacementState.Step> apply(long index, byte[] command) {
        RaftInvocationManager invocations = operations;
        CPGroupId target = group;
        if (invocations == null || target == null) {
            throw new IllegalStateException("the consensus member does not run");
        }
        return invocations.invoke(target, new PlacementService.Apply(index, command));
    }

    /** Twice without harm. What it held is in the log. */
    void stop() {
        HazelcastInstance running = member;
        member = null;
        if (running != null) {
            running.getLifecycleService().terminate();
        }
    }

    private Config config() {
        Config config = new Config().setClusterName(CLUSTER);
        PROPERTIES.forEach(config::setProperty);
        ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig();
        endpoint.setPort(listen.getPort()).setPortAutoIncrement(false).setReuseAddress(true);
        endpoint.getInterfaces()
                .setEnabled(true)
                .addInterface(listen.getAddress().getHostAddress());
        config.getAdvancedNetworkConfig().setEnabled(true).setMemberEndpointConfig(endpoint);
        JoinConfig join = config.getAdvancedNetworkConfig().getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        config.getCPSubsystemConfig().setCPMemberCount(0);
        config.getJetConfig().setEnabled(false);
        config.getMetricsConfig().setEnabled(false);
        config.getIntegrityCheckerConfig().setEnabled(false);
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.setDefaultsDisabled(true);
        filter.getWhitelist().addPackages("io.robustmq.placement");
        config.getSerializationConfig()
                .setJavaSerializationFilterConfig(filter)
                .addDataSerializableFactory(
                        PlacementService.Operations.FACTORY, new PlacementService.Operations());
        ConfigAccessor.getServicesConfig(config)
                .addServiceConfig(
                        new ServiceConfig()
                                .setEnabled(true)
                                .setName(PlacementService.NAME)
                                .setImplementation(service));
        return config;
    }

    private IOException bindFailure(HazelcastException failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                BindException named =
                        new BindException(
                                "placement.listen "
                                        + listen.getAddress().getHostAddress()
                                        + ":"
                                        + listen.getPort()
                                        + ": "
                                        + cause.getMessage());
                named.initCause(failed);
                return named;
            }
        }
        return new IOException(
                "the consensus member did not start: " + failed.getMessage(), failed);
    }
}
