package io.robustmq.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.testkit.FaultyDisk;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.SmallDisk;
import io.robustmq.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Breaks brokers that run alone, each in its own ways and all at the same time, and sees the alerts
 * arrive in a real Alertmanager.
 */
@NeedsPart({Part.PROMTOOL, Part.AMTOOL, Part.MOSQUITTO, Part.C_COMPILER, Part.SMALL_DISK})
class StandaloneAlertsIT {
    static final List<String> PROVOKED =
            List.of(
                    "AcknowledgementSloBurns",
                    "AuthenticationFailures",
                    "BrokerDown",
                    "CertificateExpires",
                    "ConnectionsNearLimit",
                    "DeliverySloBurns",
                    "DiskFillsUp",
                    "EventLoopsLag",
                    "EventAccountBroken",
                    "EventStoreFailed",
                    "EventsAboutToBeLost",
                    "EventsDropped",
                    "FileDescriptorsNearlyUsed",
                    "HeapNearlyFull",
                    "HighErrorRate",
                    "JournalFailed",
                    "MessagesDropped",
                    "MetricsCardinalityOverflow",
                    "NettyBuffersNearlyFull",
                    "NodeFlaps",
                    "ShippingSloBurns",
                    "SinkDown",
                    "SyncSloBurns");

    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final int MAX_CONNECTIONS = 20;
    private static final int NOBODY_LISTENS = 1;
    private static final String PASSWORD = "pass";

    @TempDir private Path folder;
    private final Opened open = new Opened();

    @AfterEach
    void close() {
        open.close();
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void what_breaks_is_told_by_alertmanager() throws Exception {
        SmallDisk disk = open.add(SmallDisk.mounted(folder, 64));
        RobustMq limited = open.add(limited().start());
        RobustMq slow = open.add(slow().start());
        RobustMq tight = open.add(tight().start());
        RobustMq heavy = open.add(heavy().start());
        RobustMq full = open.add(full(disk).start());
        RobustMq restless = open.add(restless().start());
        List<RobustMq> all = List.of(limited, slow, tight, heavy, full, restless);
        AlertWatch watch =
                open.add(
                        AlertWatch.of(
                                all.stream().map(RobustMq::httpPort).toList(),
                                Files.createDirectory(folder.resolve("watch"))));

        fillSlowly(full, disk);
        publishToSlowDisk(slow);
        loseEvents(limited);
        guessPasswords(heavy);
        takeAllConnections(limited);
        overfillQueue(slow);
        Strains.fillHeap(heavy);
        Strains.fillBuffers(tight, open);
        Strains.useUpFiles(tight);
        try (Provocation pauses = Strains.pause(restless)) {
            watch.await(LIMIT, Set.of("EventLoopsLag"));
        }
        watch.await(LIMIT, Set.of("DiskFillsUp"));
        disk.fill(64 << 10);
        comeAndGo(restless, watch);
        watch.await(LIMIT, PROVOKED);

        watch.awaitLabels(LIMIT, "SyncSloBurns", "instance", instance(slow));
        watch.awaitLabels(LIMIT, "DiskFillsUp", "instance", instance(full));
        watch.awaitLabels(LIMIT, "NodeFlaps", "instance", instance(restless));
        for (String felt : List.of("DeliverySloBurns", "AcknowledgementSloBurns")) {
            watch.awaitLabels(LIMIT, felt, "instance", instance(slow));
            watch.awaitLabels(LIMIT, felt, "severity", "page", "ticket");
        }
        watch.awaitInhibited(LIMIT, "DiskFillsUp", "NodeFlaps", "ShippingSloBurns");

        watch.assertThatAllSayWhatToDo();
        Map.of(
                        "EventAccountBroken", slow,
                        "HeapNearlyFull", heavy,
                        "JournalFailed", full,
                        "ConnectionsNearLimit", limited)
                .forEach((alert, broker) ->
                        assertThat(watch.labels(alert, "instance"))
                                .as(alert)
                                .containsExactly(instance(broker)));
        assertThat(watch.labels("SinkDown", "sink")).containsExactly("fluent");
    }

    private static String instance(RobustMq node) {
        return "127.0.0.1:" + node.httpPort();
    }

    // ------------------------------------------------------------------ what they are started with

    /** Few may connect, events go nowhere, the certificate ends soon. */
    private RobustMq.Setup limited() throws Exception {
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        var unused =
                TestCertificates.authority("soon", Duration.ofDays(3))
                        .server("localhost")
                        .write(certificate, key);
        return RobustMq.in(folder.resolve("limited"))
                .everyTransport()
                .set("mqtt.tls.certificate", certificate.toString())
                .set("mqtt.tls.key", key.toString())
                .set("mqtt.max-connections", Integer.toString(MAX_CONNECTIONS))
                .set("events.max-size", "16MiB")
                .set("events.messages-per-second", "1000000")
                .set("events.per-key-per-second", "0")
                .set("sinks.console.level", "warn")
                .fluent(NOBODY_LISTENS);
    }

    /** Its disk is slow, its queues are short, and it does not count what it ships. */
    private RobustMq.Setup slow() throws Exception {
        Path data = folder.resolve("slow");
        FaultyDisk disk =
                FaultyDisk.of(
                        data.resolve("journal"), Files.createDirectory(folder.resolve("faulty")));
        disk.slowSyncs(Duration.ofMillis(300));
        RobustMq.Setup setup =
                RobustMq.in(data)
                        .set("mqtt.max-queued-messages", "10")
                        .environment("ROBUSTMQ_JAVA_OPTS", DefectAgent.option(folder));
        disk.environment().forEach(setup::environment);
        return setup;
    }

    private RobustMq.Setup tight() {
        return RobustMq.in(folder.resolve("tight"))
                .set("metrics.max-series", "10")
                .set("mqtt.max-outbound-bytes", "1MiB")
                .environment(
                        "ROBUSTMQ_JAVA_OPTS", "-Xmx160m -Dio.netty.maxDirectMemory=" + (48 << 20));
    }

    /** With the collector that a machine of one core gets; and whoever has a name is unknown. */
    private RobustMq.Setup heavy() throws IOException {
        Path nobody = Files.writeString(folder.resolve("users"), "");
        return RobustMq.in(folder.resolve("heavy"))
                .set("mqtt.password-file", nobody.toString())
                .environment("ROBUSTMQ_JAVA_OPTS", "-Xmx128m -XX:+UseSerialGC");
    }

    private RobustMq.Setup full(SmallDisk disk) {
        return RobustMq.in(disk.folder().resolve("data"))
                .set("sinks.file.directory", folder.resolve("logs-of-full").toString())
                .set("journal.segment-size", "1MiB");
    }

    private RobustMq.Setup restless() {
        return RobustMq.in(folder.resolve("restless"));
    }

    // ------------------------------------------------------------------- what is done to them

    /** A client that is away is kept everything for; in the end there is no room for it. */
    private void fillSlowly(RobustMq full, SmallDisk disk) throws Exception {
        RawClient.keepSession(full.mqttPort(), "away", "fill/#");
        disk.fill(20 << 20);
        open.add(
                Provocation.again(
                        "fill",
                        () -> {
                            try (RawClient client = RawClient.connected(full.mqttPort(), "fills")) {
                                for (int i = 0; i < 100; i++) {
                                    client.publish("fill/1", new byte[1_000], 1);
                                    TimeUnit.MILLISECONDS.sleep(10);
                                }
                            } catch (IOException refused) {
                                TimeUnit.MILLISECONDS.sleep(100);
                            }
                            return true;
                        }));
    }

    /** For a kept session, so the disk has to have it first; few at a time. */
    private void publishToSlowDisk(RobustMq slow) throws Exception {
        open.add(slow.mosquitto().subscribe("-q", "1", "-c", "-i", "there", "-t", "slow/#"));
        RawClient publisher = open.add(RawClient.connected(slow.mqttPort(), "publisher"));
        open.add(
                Provocation.again(
                        "publish to a slow disk",
                        () -> {
                            publisher.publish("slow/1", new byte[10], 5);
                            return true;
                        }));
    }

    private void overfillQueue(RobustMq at) throws Exception {
        RawClient.keepSession(at.mqttPort(), "away", "queue/#");
        RawClient publisher = open.add(RawClient.connected(at.mqttPort(), "overfills"));
        open.add(
                Provocation.again(
                        "overfill a queue",
                        () -> {
                            publisher.publish("queue/1", new byte[10], 5);
                            return true;
                        }));
    }

    /** Each message is an event, and there is room for some ten thousands. */
    private void loseEvents(RobustMq limited) throws Exception {
        RawClient publisher = open.add(RawClient.connected(limited.mqttPort(), "talks"));
        open.add(
                Provocation.again(
                        "lose events",
                        () -> {
                            publisher.publish("talk/1", new byte[10], 100);
                            TimeUnit.MILLISECONDS.sleep(100);
                            return true;
                        }));
    }

    private void guessPasswords(RobustMq broker) {
        open.add(
                Provocation.again(
                        "guess",
                        () -> {
                            try (RawClient client = RawClient.open(broker.mqttPort())) {
                                TimeUnit.MILLISECONDS.sleep(20);
                                return client.connect("guesser", true, PASSWORD);
                            }
                        }));
    }

    /** Whoever is more than there may be is turned away, which is an error. */
    private void takeAllConnections(RobustMq limited) throws Exception {
        for (int i = 0; i < MAX_CONNECTIONS - 3; i++) {
            open.add(RawClient.connected(limited.mqttPort(), "stays" + i));
        }
        open.add(
                Provocation.again(
                        "too many",
                        () -> {
                            try (RawClient a = RawClient.open(limited.mqttPort());
                                    RawClient b = RawClient.open(limited.mqttPort());
                                    RawClient c = RawClient.open(limited.mqttPort())) {
                                TimeUnit.MILLISECONDS.sleep(20);
                                return List.of(a, b, c);
                            }
                        }));
    }

    /** Three starts on the same port; then it stays away. */
    private void comeAndGo(RobustMq restless, AlertWatch watch) throws Exception {
        restless.kill();
        for (int i = 0; i < 3; i++) {
            RobustMq again =
                    restless().set("http.listen", "127.0.0.1:" + restless.httpPort()).start();
            open.add(again);
            watch.awaitScraped(again);
            again.kill();
        }
        watch.await(LIMIT, Set.of("NodeFlaps", "BrokerDown"));
    }
}
