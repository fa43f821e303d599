package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.broker.Broker;
import io.robustmq.journal.RecordLog;
import io.robustmq.placement.Node;
import io.robustmq.placement.Registration;
import io.robustmq.placement.Role;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A home that two processes would serve. */
@Timeout(60)
class HomeTest {
    private static final long OWNER = 99;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void who_opens_a_home_leaves_it_to_who_has_taken_it_meanwhile() throws Exception {
        try (ReplicatedCluster cluster = ReplicatedCluster.in(folder, "j-1", "j-2", "j-3")) {
            Homes homes = new Homes(cluster.placement, cluster.events);
            Home.Parts parts =
                    new Home.Parts() {
                        @Override
                        public void prepare() {
                            assertThat(cluster.placement.view().registration("h")).isNull();
                        }

                        @Override
                        public ReplicatedLog log(String home, Runnable onFenced) {
                            cluster.placement
                                    .register(
                                            new Node(
                                                    home,
                                                    EnumSet.of(Role.MQTT_SERVER),
                                                    Map.of(Homes.SERVER, home)),
                                            OWNER)
                                    .join();
                            return new ReplicatedLog(
                                    Homes.LOG + home,
                                    ReplicatedCluster.settings(null),
                                    cluster.client("adopter"),
                                    onFenced);
                        }

                        @Override
                        public Broker open(RecordLog log, HomeClaims claims) {
                            throw new AssertionError("it is another's");
                        }

                        @Override
                        public void close(Broker broker) {
                            throw new AssertionError("there is none");
                        }

                        @Override
                        public String reached(InetSocketAddress listening) {
                            return Listener.text(listening);
                        }
                    };
            Node adopter = new Node("adopter", EnumSet.of(Role.MQTT_SERVER), Map.of());
            Home home = new Home("h", adopter, cluster.placement, homes, parts, cluster.events, 1);
            assertThatThrownBy(home::open)
                    .isInstanceOf(IOException.class)
                    .hasMessage("home h was taken while it was opened");
            home.close();
            Registration left = Objects.requireNonNull(cluster.placement.view().registration("h"));
            assertThat(left.instance()).isEqualTo(OWNER);
        }
    }
}
