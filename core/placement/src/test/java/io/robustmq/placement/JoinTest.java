package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.telemetry.event.Events;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JoinTest {
    @TempDir Path directory;

    /** Whoever can reach the port may try; it must not get the state or a vote. */
    @Test
    void a_member_of_the_same_cluster_name_is_not_let_in() throws Exception {
        JournalSettings settings =
                new JournalSettings(
                        directory, "placement", 1 << 20, Durability.FSYNC, Duration.ofSeconds(1));
        try (StandalonePlacement placement =
                new StandalonePlacement(
                        new PlacementSettings(new InetSocketAddress("127.0.0.1", 0)),
                        new Journal(settings, new LocalDisk(), InstantSource.system(), Events.NONE),
                        InstantSource.system(),
                        Events.NONE)) {
            placement.open();
            Config config = new Config().setClusterName(ConsensusMember.CLUSTER);
            config.setProperty("hazelcast.logging.type", "none");
            config.setProperty("hazelcast.phone.home.enabled", "false");
            config.setProperty("hazelcast.shutdownhook.enabled", "false");
            config.setProperty("hazelcast.max.join.seconds", "3");
            config.getNetworkConfig().setPort(0).setPortAutoIncrement(false);
            config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
            config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
            config.getNetworkConfig()
                    .getJoin()
                    .getTcpIpConfig()
                    .setEnabled(true)
                    .addMember("127.0.0.1:" + placement.localAddress().getPort());
            HazelcastInstance intruder = null;
            try {
                intruder = Hazelcast.newHazelcastInstance(config);
            } catch (IllegalStateException refused) {
                // it gave up
            }
            try {
                assertThat(placement.members()).isEqualTo(1);
            } finally {
                if (intruder != null) {
                    intruder.getLifecycleService().terminate();
                }
            }
        }
    }
}
