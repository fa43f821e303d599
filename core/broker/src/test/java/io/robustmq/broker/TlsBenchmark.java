package io.robustmq.broker;

import io.robustmq.protocol.MqttVersion;
import io.robustmq.testkit.TestCertificates;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;

/**
 * CPU of the broker's event loops by TLS provider: for a handshake (TLS 1.3, EC key, no
 * resumption), and for a QoS 0 message of 256 B from one TLS client to another. The clients are the
 * JDK's, in the same process; their threads are not counted. A program, as the threads that matter
 * are not the ones that call.
 */
final class TlsBenchmark {
    private static final int HANDSHAKES = 400;
    private static final int MESSAGES = 400_000;
    private static final int PAYLOAD = 256;
    private static final int AT_ONCE = 50;
    private static final int ROUNDS = 4;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private TlsBenchmark() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("tls-benchmark");
        TestCertificates authority = TestCertificates.authority("authority");
        TlsSettings.Files files =
                new TlsSettings.Files(folder.resolve("s.pem"), folder.resolve("s.key"));
        authority.server("localhost", "127.0.0.1").write(files.certificate(), files.key());
        System.out.println(
                "| provider | round | loop CPU µs a handshake | loop CPU µs a message |");
        System.out.println("|---|---|---|---|");
        for (int round = 1; round <= ROUNDS; round++) {
            for (TlsSettings.Provider provider :
                    List.of(TlsSettings.Provider.JDK, TlsSettings.Provider.OPENSSL)) {
                measure(provider, round, files, authority);
            }
        }
    }

    private static void measure(
            TlsSettings.Provider provider,
            int round,
            TlsSettings.Files files,
            TestCertificates authority)
            throws Exception {
        TlsSettings tls =
                new TlsSettings(
                        files,
                        List.of(),
                        null,
                        TlsSettings.ClientCertificates.NONE,
                        List.of("TLSv1.3"),
                        List.of(),
                        provider,
                        Duration.ofSeconds(20),
                        100,
                        Duration.ofHours(1));
        BrokerSettings.Connections connections =
                new BrokerSettings.Connections(
                        List.of(ListenerSettings.tls(new InetSocketAddress("127.0.0.1", 0), tls)),
                        1,
                        100,
                        Duration.ofSeconds(10));
        try (TestBroker broker =
                TestBroker.open(TestBroker.with(TestBroker.settings(1), connections))) {
            InetSocketAddress address =
                    (InetSocketAddress) broker.broker.listeners().getFirst().address();
            long before = loopNanos();
            for (int i = 0; i < HANDSHAKES; i++) {
                // a context of its own, or the session would be resumed
                try (RawClient client = client(address, authority.clientContext())) {
                    client.connect("client-" + i);
                }
            }
            double handshake = (loopNanos() - before) / 1e3 / HANDSHAKES;
            double message = messages(address, authority.clientContext());
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %d | %.0f | %.2f |%n",
                    provider.name().toLowerCase(Locale.ROOT),
                    round,
                    handshake,
                    message);
        }
    }

    /** At most so many on their way that none is dropped. */
    private static double messages(InetSocketAddress address, SSLContext context) throws Exception {
        byte[] one = new Bytes().text("t").u8(0).raw(new byte[PAYLOAD]).array();
        byte[] packet = new Bytes().u8(0x30).varint(one.length).raw(one).array();
        byte[] burst = new byte[packet.length * AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            System.arraycopy(packet, 0, burst, i * packet.length, packet.length);
        }
        RawClient.Wire wire = Wires.tls(address, context);
        try (RawClient subscriber = new RawClient(wire, MqttVersion.V5);
                RawClient publisher = client(address, context)) {
            subscriber.connect("subscriber");
            subscriber.subscribe("t", 0);
            publisher.connect("publisher");
            InputStream in = wire.in();
            byte[] read = new byte[burst.length];
            long before = loopNanos();
            for (int sent = 0; sent < MESSAGES; sent += AT_ONCE) {
                publisher.send(burst);
                if (in.readNBytes(read, 0, read.length) < read.length) {
                    throw new AssertionError("the broker has closed the connection");
                }
            }
            return (loopNanos() - before) / 1e3 / MESSAGES;
        }
    }

    private static RawClient client(InetSocketAddress address, SSLContext context)
            throws IOException {
        return new RawClient(Wires.tls(address, context), MqttVersion.V5);
    }

    private static long loopNanos() {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(thread ->
                        thread != null && thread.getThreadName().matches("mqtt-\\d+-\\d+"))
                .mapToLong(thread -> THREADS.getThreadCpuTime(thread.getThreadId()))
                .sum();
    }
}
