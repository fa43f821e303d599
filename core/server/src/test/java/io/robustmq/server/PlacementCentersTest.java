package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.InsecureChannelCredentials;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.FreePorts;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PlacementCentersTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final int port = FreePorts.one();
    private volatile long now;
    private final PlacementCenters centers =
            new PlacementCenters(
                    List.of("127.0.0.1:" + FreePorts.one(), "127.0.0.1:" + port),
                    InsecureChannelCredentials.create(),
                    -1,
                    () -> now);

    private GrpcEndpoint serve() throws Exception {
        MemberMessages any = new MemberMessages(message -> {}, (method, status) -> {});
        GrpcEndpoint endpoint =
                new GrpcEndpoint(new InetSocketAddress("127.0.0.1", port), any.service());
        endpoint.open();
        return endpoint;
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private boolean isAtOwn() {
        return centers.current().address().equals("127.0.0.1:" + port);
    }

    @Test
    void it_goes_back_to_its_own_once_that_can_be_reached_and_later_each_time_it_did_not_stay()
            throws Exception {
        assertThat(isAtOwn()).isTrue();
        pass(PlacementCenters.FIRST_ABSENCE);
        centers.after(centers.current());
        assertThat(isAtOwn()).isFalse();
        pass(PlacementCenters.FIRST_ABSENCE);
        assertThat(centers.returns()).as("nobody is there").isFalse();
        try (GrpcEndpoint served = serve()) {
            assertThat(served.localAddress().getPort()).isEqualTo(port);
            Await.untilTrue("it goes back", LIMIT, centers::returns);
            assertThat(isAtOwn()).isTrue();
            assertThat(centers.returns()).as("it is there").isFalse();

            centers.after(centers.current()); // it does not stay
            pass(PlacementCenters.FIRST_ABSENCE.multipliedBy(2).minusNanos(1));
            assertThat(centers.returns()).as("not yet").isFalse();
            pass(Duration.ofNanos(1));
            Await.untilTrue("it goes back", LIMIT, centers::returns);

            pass(PlacementCenters.FIRST_ABSENCE);
            centers.after(centers.current()); // it has stayed
            pass(PlacementCenters.FIRST_ABSENCE);
            Await.untilTrue("it goes back", LIMIT, centers::returns);
        }
        centers.close();
    }
}
