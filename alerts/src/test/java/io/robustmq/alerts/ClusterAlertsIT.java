package io.robustmq.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.Await;
import io.robustmq.testkit.FaultyDisk;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Takes a cluster of eight processes apart, a piece at a time, and sees the alerts arrive in a real
 * Alertmanager.
 */
@NeedsPart({Part.PROMTOOL, Part.AMTOOL, Part.C_COMPILER})
class ClusterAlertsIT {
    static final List<String> PROVOKED =
            List.of(
                    "HomeNotServed",
                    "LogWithoutQuorum",
                    "NodeExpired",
                    "PeerLinkDown",
                    "PeerQueueGrows",
                    "PlacementWithoutLeader",
                    "ReplicaLags",
                    "ShardUnderReplicated");

    private static final Duration LIMIT = Duration.ofSeconds(150);

    /** Long enough for what lasts half a minute before the others act. */
    private static final String NODE_TIMEOUT = "45s";

    @TempDir private Path folder;
    private final List<RobustMq> nodes = new ArrayList<>();
    private final Opened open = new Opened();

    @AfterEach
    void close() {
        try {
            open.close();
        } finally {
            RobustMq.closeAll(nodes.reversed());
        }
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void what_breaks_is_told_by_alertmanager() throws Exception {
        List<RobustMq> centers = centers();
        String servers =
                centers.stream()
                        .map(center -> "127.0.0.1:" + center.port("grpc.listen"))
                        .collect(Collectors.joining(","));
        RobustMq.awaitReady(centers);
        RobustMq lost = launched(journal("js-1", servers));
        RobustMq quick = launched(journal("js-2", servers));
        FaultyDisk disk =
                FaultyDisk.of(
                        folder.resolve("js-3/journal/sys.r.mqtt.mqtt-1.0"),
                        Files.createDirectory(folder.resolve("faulty")));
        RobustMq.Setup setup = journal("js-3", servers);
        disk.environment().forEach(setup::environment);
        RobustMq late = launched(setup);
        RobustMq.awaitReady(List.of(lost, quick, late));
        RobustMq here = launched(broker("mqtt-1", servers));
        RobustMq there = launched(broker("mqtt-2", servers));
        RobustMq.awaitReady(List.of(here, there));
        here.awaitMetrics(
                "a connection with the other broker",
                scrape -> scrape.text().contains("\nrobustmq_mqtt_peers_connected 1"));
        AlertWatch watch =
                open.add(
                        AlertWatch.of(
                                nodes.stream().map(RobustMq::httpPort).toList(),
                                Files.createDirectory(folder.resolve("watch"))));

        RawClient.keepSession(there.mqttPort(), "there", "flood/#");
        awaitForwarded(here);
        there.process().signal("STOP");
        disk.slowSyncs(Duration.ofMillis(250));
        Provocation flood = flood(here);
        watch.await(LIMIT, Set.of("ReplicaLags", "PeerQueueGrows"));
        flood.close();
        there.process().signal("CONT");
        lost.kill();
        watch.await(LIMIT, Set.of("NodeExpired", "ShardUnderReplicated"));

        quick.kill();
        late.kill();
        Provocation refused = tryAgain(here);
        watch.awaitLabels(LIMIT, "LogWithoutQuorum", "shard", "mqtt.mqtt-1");
        here.kill(); // who waits for an acknowledgement waits no longer
        refused.close();
        watch.await(LIMIT, Set.of("HomeNotServed"));
        centers.get(0).kill();
        centers.get(1).kill();
        watch.await(LIMIT, PROVOKED);

        watch.assertThatAllSayWhatToDo();
        assertThat(watch.labels("PeerQueueGrows", "instance"))
                .containsExactly("127.0.0.1:" + here.httpPort());
    }

    private List<RobustMq> centers() throws IOException {
        int[] ports = FreePorts.several(3);
        String members =
                "pc-1=127.0.0.1:%d,pc-2=127.0.0.1:%d,pc-3=127.0.0.1:%d"
                        .formatted(ports[0], ports[1], ports[2]);
        List<RobustMq> centers = new ArrayList<>();
        for (int i = 0; i < ports.length; i++) {
            String name = "pc-" + (i + 1);
            centers.add(
                    launched(
                            RobustMq.placementCenterIn(folder.resolve(name))
                                    .set("node-id", name)
                                    .set("grpc.listen", "127.0.0.1:" + ports[i])
                                    .set("placement.members", members)
                                    .set("placement.node-timeout", NODE_TIMEOUT)));
        }
        return centers;
    }

    private RobustMq.Setup journal(String name, String servers) {
        return RobustMq.journalServerIn(folder.resolve(name))
                .set("node-id", name)
                .set("placement.servers", servers);
    }

    private RobustMq.Setup broker(String name, String servers) {
        return RobustMq.mqttServerIn(folder.resolve(name))
                .set("node-id", name)
                .set("placement.servers", servers)
                .set("cluster.replicas", "3")
                .set("cluster.ack-quorum", "1")
                .set("node.host", "localhost");
    }

    private RobustMq launched(RobustMq.Setup setup) throws IOException {
        RobustMq node = setup.launch();
        nodes.add(node);
        return node;
    }

    private static void awaitForwarded(RobustMq here) throws Exception {
        try (RawClient client = RawClient.connected(here.mqttPort(), "asks")) {
            Await.untilTrue(
                    "a message for the other broker",
                    LIMIT,
                    () -> {
                        client.publish("flood/1", new byte[1], 1);
                        return here.metrics().sum("robustmq_mqtt_peer_forwarded_total", "qos", "1")
                                > 0;
                    });
        }
    }

    /** For a session of the other broker: it waits in the log here meanwhile. */
    private Provocation flood(RobustMq here) throws IOException {
        RawClient client = open.add(RawClient.connected(here.mqttPort(), "floods"));
        return Provocation.again(
                "flood",
                () -> {
                    client.publish("flood/1", new byte[20], 1_000);
                    TimeUnit.MILLISECONDS.sleep(10);
                    return true;
                });
    }

    private Provocation tryAgain(RobustMq here) {
        return Provocation.again(
                "publish without a quorum",
                () -> {
                    try (RawClient client = RawClient.connected(here.mqttPort(), "tries")) {
                        client.publish("flood/1", new byte[20], 1);
                    } catch (IOException refused) {
                        return false;
                    }
                    return true;
                });
    }
}
