package io.robustmq.broker;

import static io.robustmq.broker.TestBroker.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Tracing;
import io.robustmq.testkit.TestCertificates;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** Homes that prove to each other who they are. */
class PeersTlsTest {
    private static ClusterSettings cluster(String home, TestCertificates authority)
            throws SSLException {
        TestCertificates.Signed own = authority.server("127.0.0.1");
        return new ClusterSettings(
                home,
                TestHomes.ANY,
                new ClusterSettings.Tls(
                        SslContextBuilder.forServer(own.key(), own.certificate())
                                .trustManager(authority.certificate())
                                .clientAuth(ClientAuth.REQUIRE)
                                .build(),
                        SslContextBuilder.forClient()
                                .keyManager(own.key(), own.certificate())
                                .trustManager(authority.certificate())
                                .build()),
                TestHomes.DIGESTS);
    }

    @Test
    void homes_with_certificates_of_one_authority_meet_on_any_loop() throws Exception {
        TestCertificates authority = TestCertificates.authority("cluster");
        try (TestHomes homes = new TestHomes()) {
            homes.add(cluster("a", authority), settings(2), Tracing.OFF);
            homes.add(cluster("b", authority), settings(2), Tracing.OFF);
            homes.add(cluster("c", authority), settings(2), Tracing.OFF);
            homes.meet();
            try (RawClient subscriber = homes.at("c").connected("subscriber");
                    RawClient publisher = homes.at("a").connected("publisher")) {
                subscriber.subscribe("t", 2);
                homes.routed("a", "t", "c");
                publisher.published("t", "secret", 2, 1);
                assertThat(PeersTest.next(subscriber).payload()).isEqualTo("secret");
            }
        }
    }

    @Test
    void a_home_with_another_certificate_is_not_let_in() throws Exception {
        try (TestHomes homes = new TestHomes()) {
            TestBroker a =
                    homes.add(
                            cluster("a", TestCertificates.authority("one")),
                            settings(1),
                            Tracing.OFF);
            TestBroker b =
                    homes.add(
                            cluster("b", TestCertificates.authority("other")),
                            settings(1),
                            Tracing.OFF);
            homes.tell();
            a.events.await(ConnectionEvent.PeerUnreachable.class);
            b.events.await(ConnectionEvent.PeerRefused.class);
            assertThat(a.broker.measures().peersConnected()).isZero();
        }
    }
}
