package io.robustmq.server;

import io.robustmq.telemetry.pipeline.NodeIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A small cluster in this one process while the launcher records its AOT cache: three placement
 * centers, three journal servers, two brokers, messages, and one broker that goes and comes back. A
 * node that starts, or takes over from another, is soon ready then: it is all there that its
 * classes and methods need.
 */
final class ClusterRehearsal implements AutoCloseable {
    private static final int EACH = 3;
    private static final int MESSAGES = 5_000;
    private static final String HOST = "127.0.0.1";
    private static final long LIMIT_SECONDS = 60;
    private static final long LOOK_MILLIS = 20;

    private final Path folder;
    private final InstantSource clock;
    private final List<RoleProcess> nodes = new ArrayList<>();

    /**
     * @param folder for what the nodes keep
     */
    ClusterRehearsal(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    void run() throws IOException {
        List<String> centers = freeAddresses();
        String members =
                IntStream.range(0, EACH)
                        .mapToObj(i -> "center-" + i + "=" + centers.get(i))
                        .collect(Collectors.joining(","));
        for (int i = 0; i < EACH; i++) {
            List<String> own =
                    List.of("placement.members=" + members, listen("grpc", centers.get(i)));
            open(PlacementCenterKeys.ROLE, "center-" + i, own, PlacementCenter::new);
        }
        String servers = "placement.servers=" + String.join(",", centers);
        for (int i = 0; i < EACH; i++) {
            List<String> own = List.of(servers, listen("grpc", any()), listen("tcp", any()));
            open(JournalServerKeys.ROLE, "journal-" + i, own, JournalServer::new);
        }
        awaitReady();
        MqttServer stays = broker("stays", servers);
        MqttServer goes = broker("goes", servers);
        awaitReady();
        rehearse(goes);
        goes.close();
        nodes.remove(goes);
        await("home goes at the other broker", () -> stays.homes().contains("goes"));
        rehearse(stays);
        MqttServer back = broker("goes", servers);
        awaitReady();
        rehearse(back);
    }

    private MqttServer broker(String name, String servers) throws IOException {
        List<String> own =
                List.of(
                        servers,
                        listen("cluster", any()),
                        listen("mqtt", any()),
                        listen("mqtt.tls", ""),
                        listen("mqtt.ws", ""),
                        listen("mqtt.wss", ""),
                        listen("mqtt.quic", ""));
        return open(MqttServerKeys.ROLE, name, own, MqttServer::new);
    }

    private static void rehearse(MqttServer broker) throws IOException {
        new Rehearsal(tcp(broker), "of-" + System.nanoTime(), MESSAGES).run();
    }

    private static InetSocketAddress tcp(MqttServer broker) throws IOException {
        InetSocketAddress tcp = broker.tcp();
        if (tcp == null) {
            throw new IOException("a broker is not served any more");
        }
        return tcp;
    }

    private <C extends Record & RoleConfig, P extends RoleProcess> P open(
            ConfigRole<C> role, String name, List<String> own, Main.Maker<C, P> maker)
            throws IOException {
        List<String> all = new ArrayList<>(own);
        all.add("node-id=" + name);
        all.add("data.directory=" + folder.resolve(name).toAbsolutePath());
        all.add(listen("http", any()));
        all.add("sinks.console.enabled=false");
        return switch (ConfigReader.read(role, null, Map.of(), all)) {
            case ConfigOutcome.Wrong<C>(List<ConfigProblem> problems) ->
                    throw new IOException(problems.getFirst().line());
            case ConfigOutcome.Loaded<C> loaded -> {
                String instance = UUID.randomUUID().toString();
                P made =
                        maker.make(
                                loaded,
                                new NodeIdentity(name, instance, BuildVersion.text()),
                                clock);
                open(made);
                yield made;
            }
        };
    }

    private void open(RoleProcess node) throws IOException {
        try {
            node.open();
        } catch (StartFailure why) {
            throw new IOException(why);
        }
        nodes.add(node);
    }

    private void awaitReady() throws IOException {
        await("all nodes ready", () -> nodes.stream().allMatch(RoleProcess::isReady));
    }

    private static void await(String what, BooleanSupplier isSo) throws IOException {
        long begun = System.nanoTime();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS)) {
                throw new IOException("waited " + LIMIT_SECONDS + " s for " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + what, e);
            }
        }
    }

    private static String listen(String what, String address) {
        return what + ".listen=" + address;
    }

    private static String any() {
        return HOST + ":0";
    }

    /** Each is told the others' before it is open. */
    private static List<String> freeAddresses() throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < EACH; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
            }
            return held.stream().map(each -> HOST + ":" + each.getLocalPort()).toList();
        } finally {
            for (ServerSocket each : held) {
                each.close();
            }
        }
    }

    /** Who needs others first. */
    @Override
    public void close() {
        nodes.reversed().forEach(RoleProcess::close);
        nodes.clear();
    }
}
