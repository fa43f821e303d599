package io.robustmq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.protocol.MqttVersion;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    @TempDir Path folder;

    private TestBroker open() throws IOException {
        return TestBroker.open(
                TestBroker.with(
                        TestBroker.settings(1),
                        new BrokerSettings.Connections(
                                List.of(
                                        ListenerSettings.unix(
                                                folder.resolve("mqtt"),
                                                PosixFilePermissions.fromString("rw-rw----"))),
                                1,
                                100,
                                Duration.ofSeconds(10))));
    }

    @Test
    void the_file_has_its_mode_and_goes_when_the_broker_stops() throws Exception {
        try (TestBroker broker = open()) {
            assertThat(Files.getPosixFilePermissions(folder.resolve("mqtt")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
            assertThat(broker.broker.listeners().getFirst().text())
                    .isEqualTo("unix:" + folder.resolve("mqtt"));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void one_that_a_killed_broker_left_is_replaced() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(folder.resolve("mqtt")));
        }
        try (TestBroker broker = open();
                RawClient client =
                        new RawClient(Wires.unix(folder.resolve("mqtt")), MqttVersion.V5)) {
            client.connect("client");
            assertThat(broker.broker.measures().connections()).isEqualTo(1);
        }
    }

    @Test
    void one_that_is_in_use_and_what_is_no_socket_stay() throws Exception {
        try (TestBroker broker = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(ListenException.class)
                    .hasMessageEndingWith("Address already in use");
            try (RawClient client =
                    new RawClient(Wires.unix(folder.resolve("mqtt")), MqttVersion.V5)) {
                client.connect("client");
            }
            assertThat(broker.broker.listeners()).hasSize(1);
        }
        Files.writeString(folder.resolve("mqtt"), "precious");
        assertThatThrownBy(this::open)
                .isInstanceOf(ListenException.class)
                .hasMessageEndingWith("there is a file that is no socket");
        assertThat(folder.resolve("mqtt")).hasContent("precious");
    }
}
