package io.robustmq.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A cluster as small as may be: one placement center, and two of the others, each a process. */
public final class SmallCluster implements AutoCloseable {
    private final Path folder;
    private final UnaryOperator<RobustMq.Setup> each;
    private final List<RobustMq> centers = new ArrayList<>();
    private final List<RobustMq> journals = new ArrayList<>();
    private final List<RobustMq> brokers = new ArrayList<>();

    private SmallCluster(Path folder, UnaryOperator<RobustMq.Setup> each) {
        this.folder = folder;
        this.each = each;
    }

    /** Returns when the brokers are each other's peers. */
    public static SmallCluster started(Path folder) throws Exception {
        return started(folder, setup -> setup);
    }

    /** The same with something more said to each node. */
    public static SmallCluster started(Path folder, UnaryOperator<RobustMq.Setup> each)
            throws Exception {
        SmallCluster starting = new SmallCluster(folder, each);
        try {
            starting.start();
        } catch (Exception | AssertionError e) {
            starting.close();
            throw e;
        }
        return starting;
    }

    private void start() throws Exception {
        RobustMq center =
                each.apply(RobustMq.placementCenterIn(folder.resolve("pc-1")))
                        .set("node-id", "pc-1")
                        .launch();
        centers.add(center);
        String servers = "127.0.0.1:" + center.port("grpc.listen");
        for (String name : List.of("js-1", "js-2")) {
            journals.add(
                    each.apply(RobustMq.journalServerIn(folder.resolve(name)))
                            .set("node-id", name)
                            .set("placement.servers", servers)
                            .set("journal.repair-replicas", "2")
                            .launch());
        }
        RobustMq.awaitReady(centers);
        RobustMq.awaitReady(journals);
        for (String name : List.of("mqtt-1", "mqtt-2")) {
            brokers.add(
                    each.apply(RobustMq.mqttServerIn(folder.resolve(name)))
                            .set("node-id", name)
                            .set("placement.servers", servers)
                            .set("cluster.replicas", "2")
                            .set("cluster.ack-quorum", "1")
                            .set("node.host", "localhost")
                            .launch());
        }
        RobustMq.awaitReady(brokers);
        for (RobustMq broker : brokers) {
            broker.awaitMetrics(
                    "a connection with the other broker",
                    scrape -> scrape.text().contains("\nrobustmq_mqtt_peers_connected 1"));
        }
    }

    /** Of all nodes. */
    public List<Integer> httpPorts() {
        List<Integer> ports = new ArrayList<>();
        for (List<RobustMq> role : List.of(centers, journals, brokers)) {
            role.forEach(node -> ports.add(node.httpPort()));
        }
        return ports;
    }

    public RobustMq center() {
        return centers.getFirst();
    }

    public RobustMq broker(int place) {
        return brokers.get(place);
    }

    public RobustMq journal(int place) {
        return journals.get(place);
    }

    /** Who needs others ends first. */
    @Override
    public void close() {
        for (List<RobustMq> role : List.of(brokers, journals, centers)) {
            RobustMq.closeAll(role);
        }
    }
}
