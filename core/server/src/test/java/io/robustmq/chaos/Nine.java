package io.robustmq.chaos;

import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three placement centers, three journal servers and three brokers, each a process. */
final class Nine implements AutoCloseable {
    private static final int DISK_MEBIBYTES = 400;
    private static final long LOOK_MILLIS = 50;

    private final Path folder;
    private final Place place;
    private final TreeMap<String, Integer> ports = new TreeMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Path> mounted = new ArrayList<>();
    private final List<Node> clocks = new ArrayList<>();

    Nine(Path folder, Place place) {
        this.folder = folder;
        this.place = place;
    }

    Place place() {
        return place;
    }

    List<Node> nodes() {
        return nodes;
    }

    List<Node> nodes(Role role) {
        return nodes.stream().filter(node -> node.role() == role).toList();
    }

    Node node(Role role, int index) {
        return nodes.get(role.number(index) - 1);
    }

    /** The journal servers' disks that can be filled. */
    List<Path> smallDisks() {
        return mounted;
    }

    /** Whose clock can be set. */
    List<Node> clocks() {
        return clocks;
    }

    /** What cannot be broken here, a line each. */
    List<String> leftOut() {
        List<String> lines = new ArrayList<>();
        if (!place.whyNoFaults().isEmpty()) {
            lines.add("no faults of the network: " + place.whyNoFaults());
        }
        if (mounted.isEmpty()) {
            lines.add("no full disk: a tmpfs cannot be mounted");
        }
        if (clocks.isEmpty()) {
            lines.add("no steps of a clock: there is no libfaketime");
        }
        return lines;
    }

    /** Of the brokers, for clients. */
    List<InetSocketAddress> brokers() {
        return IntStream.rangeClosed(1, Role.NODES)
                .mapToObj(i -> new InetSocketAddress(host(Role.BROKER, i), port("mqtt", i)))
                .toList();
    }

    void open() throws Exception {
        for (Role role : Role.values()) {
            for (int i = 1; i <= Role.NODES; i++) {
                nodes.add(node(role, i, own(role, i)));
            }
        }
        Node small = node(Role.JOURNAL, Role.NODES);
        Files.createDirectories(small.data());
        if (Commands.succeeds(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=" + DISK_MEBIBYTES + "m",
                "robustmq-chaos",
                small.data().toString())) {
            mounted.add(small.data());
        }
        Node late = node(Role.BROKER, 2);
        if (late.hasClockOfItsOwn()) {
            clocks.add(late);
        }
        for (Node node : nodes) {
            node.start();
        }
    }

    private Node node(Role role, int index, List<String> own) throws Exception {
        Path its = Files.createDirectories(folder.resolve(role.node(index)));
        List<String> settings = new ArrayList<>(own);
        if (place.whyNoFaults().isEmpty()) {
            settings.addAll(tls(role, index, its));
        }
        return new Node(
                role,
                index,
                its,
                place.prefix(role.number(index)),
                at(role, index, role + "http"),
                settings);
    }

    private final TestCertificates authority = TestCertificates.authority("chaos");

    /** A placement center wants it beyond loopback. */
    private List<String> tls(Role role, int index, Path its) throws IOException {
        Path trusted = folder.resolve("authority.pem");
        if (!Files.exists(trusted)) {
            authority.write(trusted);
        }
        authority
                .server(host(role, index))
                .write(its.resolve("certificate.pem"), its.resolve("key.pem"));
        return List.of(
                "tls.certificate-file=" + its.resolve("certificate.pem"),
                "tls.key-file=" + its.resolve("key.pem"),
                "tls.ca-file=" + trusted);
    }

    private List<String> own(Role role, int index) {
        return switch (role) {
            case CENTER ->
                    List.of(
                            "placement.members="
                                    + IntStream.rangeClosed(1, Role.NODES)
                                            .mapToObj(i ->
                                                    role.node(i) + "=" + at(role, i, "placement"))
                                            .collect(Collectors.joining(",")),
                            "grpc.listen=" + at(role, index, "placement"));
            case JOURNAL ->
                    List.of(
                            centers(),
                            "grpc.listen=" + at(role, index, "grpc"),
                            "tcp.listen=" + at(role, index, "tcp"));
            case BROKER ->
                    List.of(
                            centers(),
                            "cluster.listen=" + at(role, index, "cluster"),
                            "mqtt.listen=" + at(role, index, "mqtt"),
                            "mqtt.tls.listen=",
                            "mqtt.ws.listen=",
                            "mqtt.wss.listen=",
                            "mqtt.quic.listen=",
                            "mqtt.allow-anonymous=true");
        };
    }

    private String centers() {
        return "placement.servers="
                + IntStream.rangeClosed(1, Role.NODES)
                        .mapToObj(i -> at(Role.CENTER, i, "placement"))
                        .collect(Collectors.joining(","));
    }

    private String host(Role role, int index) {
        return place.address(role.number(index));
    }

    private String at(Role role, int index, String listener) {
        return host(role, index) + ":" + port(listener, index);
    }

    private int port(String listener, int index) {
        return ports.computeIfAbsent(listener + index, key -> FreePorts.one());
    }

    /** Empty if all are ready in time, else those that are not. */
    List<String> awaitReady(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            List<String> waiting = new ArrayList<>();
            for (Node node : nodes) {
                if (!node.isReady()) {
                    waiting.add(node.name() + (node.isAlive() ? "" : " (ended)"));
                }
            }
            if (waiting.isEmpty() || System.nanoTime() > deadline) {
                return waiting;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (Node node : nodes) {
            node.close();
        }
        place.close();
        for (Path disk : mounted) {
            Commands.succeeds("umount", disk.toString());
        }
        mounted.clear();
    }
}
