package io.robustmq.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.robustmq.testkit.Await;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.MosquittoClients.Subscriber;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What clients do to the stack: some publish and read all the time, others have each of their
 * troubles once. All are mosquitto's and the samples, but for one that never reads, which no honest
 * client does.
 */
final class Traffic implements AutoCloseable {
    /** Whose story can be asked for: it reads, goes away, and is back for what waited. */
    static final String CLIENT = "kitchen";

    /** Of the samples' message. */
    static final String TRACED_TOPIC = "traced/1";

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int FLOOD_MESSAGES = 24;
    private static final int FLOOD_BYTES = 900_000;
    private static final int SECONDS_OF_COOKING = 200;

    private final RobustMq broker;
    private final List<AutoCloseable> clients = new ArrayList<>();

    private Traffic(RobustMq broker) {
        this.broker = broker;
    }

    /**
     * @param seconds how long those go on that publish all the time
     */
    static Traffic started(Stack.Nodes nodes, int seconds) throws Exception {
        Traffic traffic = new Traffic(nodes.broker());
        try {
            traffic.always(nodes, seconds);
            return traffic;
        } catch (Exception | AssertionError e) {
            traffic.close();
            throw e;
        }
    }

    private void always(Stack.Nodes nodes, int seconds) throws Exception {
        MosquittoClients here = broker.mosquitto();
        clients.add(here.subscribe("-V", "5", "-i", "hall", "-q", "2", "-t", "meters/#"));
        clients.add(here.subscribe("-V", "311", "-i", "cellar", "-q", "1", "-t", "meters/+"));
        for (String member : List.of("worker-1", "worker-2")) {
            clients.add(
                    here.subscribe("-V", "5", "-i", member, "-q", "1", "-t", "$share/work/jobs/#"));
        }
        for (String version : List.of("311", "5")) {
            for (String qos : List.of("0", "1", "2")) {
                String id = "meter-" + version + "-" + qos;
                publishing(broker, id, version, qos, "meters/" + id, seconds);
            }
        }
        publishing(broker, "boss", "5", "1", "jobs/1", seconds);
        // a message that goes from one broker to another, each way
        RobustMq one = nodes.cluster().broker(0);
        RobustMq other = nodes.cluster().broker(1);
        for (RobustMq at : List.of(one, other)) {
            clients.add(at.mosquitto().subscribe("-V", "5", "-q", "1", "-t", "meters/#"));
        }
        publishing(one, "away-1", "5", "1", "meters/1", seconds);
        publishing(other, "away-2", "5", "0", "meters/2", seconds);
    }

    private void publishing(
            RobustMq to, String id, String version, String qos, String topic, int seconds)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Part.MOSQUITTO.program("mosquitto_pub").toString());
        command.addAll(List.of("-h", "127.0.0.1", "-p", "" + to.mqttPort()));
        command.addAll(List.of("-i", id, "-V", version, "-q", qos, "-t", topic, "-m", "42"));
        command.addAll(List.of("--repeat", "" + 2 * seconds, "--repeat-delay", "0.5"));
        clients.add(ChildProcess.start(id, Repository.root(), Map.of(), command));
    }

    /**
     * Once each; at the broker of a cluster only that a client comes, which placement must allow,
     * twice, so that there is an increase.
     */
    void troubles(RobustMq ofCluster, Path folder) throws Exception {
        ofCluster.mosquitto().publish("-i", "visitor", "-t", "visits", "-m", "x");
        MosquittoClients clients = broker.mosquitto();
        offlineAndBack(clients);
        // for who is away, so that the journal has something to do
        publishing(broker, "stove", "5", "1", "kitchen/oven", SECONDS_OF_COOKING);
        clients.publish("-i", CLIENT, "-u", "ann", "-P", "not hers", "-t", "a", "-m", "x");
        clients.publish("-i", "weather", "-t", "weather/now", "-m", "rain", "-r");
        clients.publish("-u", "ann", "-P", "not hers", "-i", "stranger", "-t", "a", "-m", "x");
        clients.publish("-V", "5", "-i", "stranger", "-q", "1", "-t", "$SYS/a", "-m", "x");
        clients.publish("-V", "5", "-q", "1", "-t", "$delayed/1/meters/late", "-m", "x");
        movesOut(clients);
        naps();
        will(clients);
        try (Subscriber first = clients.subscribe("-i", "twice", "-t", "nothing/#");
                Subscriber second = clients.subscribe("-i", "twice", "-t", "nothing/#")) {
            broker.awaitRecord("connection.taken_over", record -> true);
        }
        readsLate(folder);
        ofCluster.mosquitto().publish("-i", "visitor", "-t", "visits", "-m", "x");
    }

    private static void offlineAndBack(MosquittoClients clients) throws Exception {
        String[] kept = {"-V", "5", "-i", CLIENT, "-c", "-x", "3600", "-q", "1", "-t", "kitchen/#"};
        clients.publish("-V", "5", "-i", CLIENT, "-q", "1", "-t", "bell", "-m", "ding");
        clients.subscribe(kept).close();
        clients.publish("-V", "5", "-i", "cook", "-q", "1", "-t", "kitchen/oven", "-m", "hot");
        try (Subscriber back = clients.subscribe(kept)) {
            back.await(1);
        }
        // and away again, so that somebody is
        clients.publish("-V", "5", "-i", "cook", "-q", "1", "-t", "kitchen/oven", "-m", "cold");
    }

    /** What comes meanwhile is acknowledged late. */
    private void naps() throws Exception {
        publishing(broker, "alarm", "5", "1", "bed/alarm", 10);
        try (Subscriber naps =
                broker.mosquitto().subscribe("-V", "5", "-i", "naps", "-q", "1", "-t", "bed/#")) {
            naps.await(1);
            naps.nap(Duration.ofSeconds(2));
            broker.awaitRecord("subscription.slow", record -> true);
        }
    }

    /** Begins anew, and so loses what waited. */
    private static void movesOut(MosquittoClients clients) throws Exception {
        String[] kept = {
            "-V", "5", "-i", "moves-out", "-c", "-x", "3600", "-q", "1", "-t", "old/#"
        };
        clients.subscribe(kept).close();
        clients.publish("-V", "5", "-q", "1", "-t", "old/letter", "-m", "x");
        clients.subscribe("-V", "5", "-i", "moves-out", "-t", "new/#").close();
    }

    private static void will(MosquittoClients clients) throws Exception {
        try (Subscriber heir = clients.subscribe("-i", "heir", "-t", "wills/#");
                Subscriber dies =
                        clients.subscribe(
                                "-i",
                                "dies",
                                "-t",
                                "nothing/#",
                                "--will-topic",
                                "wills/dies",
                                "--will-payload",
                                "gone")) {
            dies.kill();
            heir.await(1);
        }
    }

    /** First nothing at all, so that messages are dropped. */
    private void readsLate(Path folder) throws Exception {
        Path payload = Files.write(folder.resolve("flood"), new byte[FLOOD_BYTES]);
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new java.net.InetSocketAddress("127.0.0.1", broker.mqttPort()));
            OutputStream out = socket.getOutputStream();
            // CONNECT of MQTT 3.1.1, a clean session, keep alive of a minute
            out.write(packet(0x10, text("MQTT"), new byte[] {4, 2, 0, 60}, text("reads-late")));
            // SUBSCRIBE, QoS 0
            out.write(packet(0x82, new byte[] {0, 1}, text("flood/#"), new byte[] {0}));
            broker.awaitRecord(
                    "subscription.created",
                    record -> record.path("client_id").asText().equals("reads-late"));
            for (int i = 0; i < FLOOD_MESSAGES; i++) {
                broker.mosquitto().publish("-t", "flood/1", "-f", payload.toString());
            }
            Await.untilTrue(
                    "messages were dropped",
                    LIMIT,
                    () ->
                            broker.metrics()
                                            .sum(
                                                    "robustmq_mqtt_dropped_total",
                                                    "reason",
                                                    "slow_consumer")
                                    > 0);
            Thread.startVirtualThread(() -> readAll(socket));
            broker.awaitRecord("connection.write_resumed", record -> true);
        }
    }

    private static void readAll(Socket socket) {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException closed) {
            // which ends it
        }
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        out.write(bytes.length);
        out.writeBytes(bytes);
        return out.toByteArray();
    }

    private static byte[] packet(int type, byte[]... parts) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            body.writeBytes(part);
        }
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(type);
        packet.write(body.size());
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }

    /**
     * One message of the samples' publisher to two of their subscribers, each a process.
     *
     * @return the id of its trace
     */
    String traced(int collector) throws Exception {
        Map<String, String> environment =
                Map.of(
                        "MQTT_URL",
                        "tcp://127.0.0.1:" + broker.mqttPort(),
                        "OTEL_EXPORTER_OTLP_ENDPOINT",
                        "http://127.0.0.1:" + collector);
        try (ChildProcess one = sample(environment, "TracedSubscriber", "traced/#", "1");
                ChildProcess other = sample(environment, "TracedSubscriber", "traced/#", "1")) {
            for (ChildProcess subscriber : List.of(one, other)) {
                subscriber.awaitLine("its subscription", LIMIT, "subscribed to traced/#"::equals);
            }
            try (ChildProcess publisher =
                    sample(environment, "TracedPublisher", TRACED_TOPIC, "42")) {
                publisher.awaitExit(LIMIT);
                one.awaitExit(LIMIT);
                other.awaitExit(LIMIT);
                String printed = publisher.stdout().getLast();
                return printed.substring(printed.lastIndexOf(' ') + 1);
            }
        }
    }

    private static ChildProcess sample(Map<String, String> environment, String... sample)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Repository.root().resolve("samples/run").toString());
        command.addAll(List.of(sample));
        return ChildProcess.start(sample[0], Repository.root(), environment, command);
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable client : clients) {
            client.close();
        }
    }
}
