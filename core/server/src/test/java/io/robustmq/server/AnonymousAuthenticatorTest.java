package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.Authenticator.Granted;
import io.robustmq.broker.Authenticator.Outcome;
import io.robustmq.broker.Authenticator.Refused;
import io.robustmq.broker.ClientOrigin;
import io.robustmq.broker.Credentials;
import io.robustmq.broker.Identity;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.server.AnonymousAuthenticator.Allowed;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnonymousAuthenticatorTest {
    private static final Granted IN = new Granted(Identity.ANONYMOUS);

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    void by_default_whoever_is_on_this_machine_is_let_in(String address) {
        assertThat(from(Allowed.LOOPBACK, "tcp", inet(address))).isEqualTo(IN);
        assertThat(from(Allowed.NEVER, "tcp", inet(address))).isInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "192.168.1.1", "8.8.8.8", "fd00::1", "fe80::1"})
    void and_nobody_else_which_names_the_key(String address) {
        assertThat(from(Allowed.LOOPBACK, "tcp", inet(address)))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> {
                            assertThat(refused.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
                            assertThat(refused.rule()).isEqualTo("mqtt.allow-anonymous");
                            assertThat(refused.detail()).contains("it is loopback");
                        });
        assertThat(from(Allowed.ALWAYS, "tcp", inet(address))).isEqualTo(IN);
    }

    @Test
    void a_unix_socket_is_on_this_machine_and_an_unknown_address_is_not() {
        assertThat(from(Allowed.LOOPBACK, "unix", UnixDomainSocketAddress.of("/x"))).isEqualTo(IN);
        assertThat(from(Allowed.LOOPBACK, "tcp", InetSocketAddress.createUnresolved("h", 1)))
                .isInstanceOf(Refused.class);
    }

    private static SocketAddress inet(String address) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), 1);
    }

    private static Outcome from(Allowed allowed, String transport, SocketAddress address) {
        ClientOrigin origin = new ClientOrigin(transport, transport, address, null);
        return new AnonymousAuthenticator(allowed)
                .authenticate(new Credentials(origin, "c", null, null));
    }
}
