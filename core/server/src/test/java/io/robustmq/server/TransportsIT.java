package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient.Mqtt5Publishes;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.robustmq.testkit.MosquittoClients;
import io.robustmq.testkit.MosquittoClients.Subscriber;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.RobustMq;
import io.robustmq.testkit.TestCertificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.client.mqttv3.IMqttMessageListener;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that we did not write, by each transport, with a broker as a user starts it. */
class TransportsIT {
    private static final TestCertificates AUTHORITY = TestCertificates.authority("authority");

    @TempDir private static Path folder;
    private static RobustMq node;

    @BeforeAll
    static void start() throws Exception {
        AUTHORITY
                .server("localhost", "127.0.0.1")
                .write(folder.resolve("cert.pem"), folder.resolve("key.pem"));
        node =
                RobustMq.in(folder.resolve("node"))
                        .everyTransport()
                        .set("mqtt.event-loops", "3")
                        .set("mqtt.tls.certificate", folder.resolve("cert.pem").toString())
                        .set("mqtt.tls.key", folder.resolve("key.pem").toString())
                        .set(
                                "mqtt.tls.client-ca",
                                AUTHORITY.write(folder.resolve("ca.pem")).toString())
                        .set("mqtt.tls.client-auth", "optional")
                        .set("mqtt.unix.listen", folder.resolve("socket").toString())
                        .start();
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    private static void assertCame(String clientId, String transport) throws Exception {
        JsonNode accepted =
                node.awaitRecord(
                        "connection.accepted",
                        record -> record.path("client_id").asText().equals(clientId));
        assertThat(accepted.path("transport").asText()).isEqualTo(transport);
    }

    // HiveMQ

    private static MqttClientSslConfig hiveTls(boolean certificate) throws Exception {
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(TestCertificates.trustStore(AUTHORITY.certificate()));
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        if (certificate) {
            TestCertificates.Signed own = AUTHORITY.client("sensor-7");
            store.setKeyEntry(
                    "own", own.key(), new char[0], new X509Certificate[] {own.certificate()});
        }
        keys.init(store, new char[0]);
        return MqttClientSslConfig.builder()
                .trustManagerFactory(trust)
                .keyManagerFactory(certificate ? keys : null)
                .build();
    }

    private static void hive(String clientId, Mqtt5ClientBuilder builder, String transport)
            throws Exception {
        Mqtt5BlockingClient client = builder.identifier(clientId).buildBlocking();
        client.connect();
        try (Mqtt5Publishes publishes = client.publishes(MqttGlobalPublishFilter.ALL)) {
            client.subscribeWith().topicFilter(clientId + "/#").qos(MqttQos.EXACTLY_ONCE).send();
            for (MqttQos qos : MqttQos.values()) {
                client.publishWith()
                        .topic(clientId + "/" + qos)
                        .qos(qos)
                        .payload("x".repeat(100_000).getBytes(StandardCharsets.US_ASCII))
                        .send();
                Optional<Mqtt5Publish> came = publishes.receive(20, TimeUnit.SECONDS);
                assertThat(came.orElseThrow().getPayloadAsBytes()).hasSize(100_000);
            }
        }
        client.disconnect();
        assertCame(clientId, transport);
    }

    private static Mqtt5ClientBuilder to(String key) {
        return Mqtt5Client.builder().serverHost("127.0.0.1").serverPort(node.port(key));
    }

    @Test
    void hivemq_by_tls() throws Exception {
        hive("hive-tls", to("mqtt.tls.listen").sslConfig(hiveTls(false)), "tls");
    }

    @Test
    void hivemq_by_tls_with_a_certificate_of_its_own() throws Exception {
        hive("hive-mutual", to("mqtt.tls.listen").sslConfig(hiveTls(true)), "tls");
    }

    @Test
    void hivemq_by_websocket() throws Exception {
        hive(
                "hive-ws",
                to("mqtt.ws.listen").webSocketConfig().serverPath("mqtt").applyWebSocketConfig(),
                "ws");
    }

    @Test
    void hivemq_by_secure_websocket() throws Exception {
        hive(
                "hive-wss",
                to("mqtt.wss.listen")
                        .sslConfig(hiveTls(false))
                        .webSocketConfig()
                        .serverPath("mqtt")
                        .applyWebSocketConfig(),
                "wss");
    }

    // Paho

    private static void paho(String clientId, String url, String transport) throws Exception {
        SSLSocketFactory tls = AUTHORITY.clientContext().getSocketFactory();
        MqttConnectOptions options = new MqttConnectOptions();
        if (url.startsWith("ssl") || url.startsWith("wss")) {
            options.setSocketFactory(tls);
        }
        var came = new LinkedBlockingQueue<byte[]>();
        IMqttMessageListener listener = (topic, message) -> came.add(message.getPayload());
        try (MqttClient client = new MqttClient(url, clientId, new MemoryPersistence())) {
            client.setTimeToWait(20_000);
            client.connect(options);
            client.subscribe(clientId, 2, listener);
            for (int qos = 0; qos <= 2; qos++) {
                client.publish(clientId, new byte[20_000], qos, false);
                assertThat(came.poll(20, TimeUnit.SECONDS)).hasSize(20_000);
            }
            client.disconnect();
        }
        assertCame(clientId, transport);
    }

    @Test
    void paho_by_tls() throws Exception {
        paho("paho-tls", "ssl://127.0.0.1:" + node.port("mqtt.tls.listen"), "tls");
    }

    @Test
    void paho_by_websocket() throws Exception {
        paho("paho-ws", "ws://127.0.0.1:" + node.port("mqtt.ws.listen") + "/mqtt", "ws");
    }

    @Test
    void paho_by_secure_websocket() throws Exception {
        paho("paho-wss", "wss://127.0.0.1:" + node.port("mqtt.wss.listen") + "/mqtt", "wss");
    }

    // mosquitto

    private static void mosquitto(String clientId, int port, String transport, String... way)
            throws Exception {
        MosquittoClients clients = new MosquittoClients(port);
        try (Subscriber subscriber =
                clients.subscribe(with(way, "-i", clientId, "-q", "1", "-t", clientId))) {
            for (int i = 0; i < 3; i++) {
                MosquittoClients.Published published =
                        clients.publish(with(way, "-q", "1", "-t", clientId, "-m", "message " + i));
                assertThat(published.exitCode()).as(published.output()).isZero();
            }
            assertThat(subscriber.await(3))
                    .extracting(MosquittoClients.Received::payload)
                    .containsExactly("message 0", "message 1", "message 2");
        }
        assertCame(clientId, transport);
    }

    private static String[] with(String[] way, String... others) {
        return Stream.concat(Arrays.stream(way), Arrays.stream(others)).toArray(String[]::new);
    }

    @Test
    @NeedsPart(Part.MOSQUITTO)
    void mosquitto_by_tls() throws Exception {
        mosquitto(
                "mosquitto-tls",
                node.port("mqtt.tls.listen"),
                "tls",
                "--cafile",
                folder.resolve("ca.pem").toString());
    }

    @Test
    @NeedsPart(Part.MOSQUITTO)
    void mosquitto_by_unix_socket() throws Exception {
        mosquitto("mosquitto-unix", 1, "unix", "--unix", folder.resolve("socket").toString());
    }

    @Test
    void the_metrics_tell_how_long_the_certificate_is_good() throws Exception {
        assertThat(node.metrics().text())
                .contains(
                        "robustmq_mqtt_certificate_not_after_timestamp_seconds{host=\"default\"} ");
    }
}
