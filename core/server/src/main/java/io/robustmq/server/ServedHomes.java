package io.robustmq.server;

import io.robustmq.broker.Broker;
import io.robustmq.broker.BrokerSettings;
import io.robustmq.broker.ClusterSettings;
import io.robustmq.journal.RecordLog;
import io.robustmq.replication.WriterSettings;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.pipeline.Pipeline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the homes that a process serves are made of: its own has the listeners that clients connect
 * to, those of brokers that are gone are reached by other brokers alone.
 */
final class ServedHomes {
    /** For connections to journal servers, before a home is taken. */
    private static final Duration LINKS_PATIENCE = Duration.ofSeconds(1);

    private final MqttServerConfig config;
    private final BrokerRole broker;
    private final NodeFrame frame;
    private final Pipeline to;
    private final ClusterClient member;
    private final ReplicationClient journals;

    ServedHomes(
            MqttServerConfig config,
            BrokerRole broker,
            NodeFrame frame,
            Pipeline to,
            ClusterClient member,
            ReplicationClient journals) {
        this.config = config;
        this.broker = broker;
        this.frame = frame;
        this.to = to;
        this.member = member;
        this.journals = journals;
    }

    Home.Parts own() {
        return new Own();
    }

    /**
     * @param name of the broker that is gone
     */
    Home.Parts foster(String name) {
        return new Foster(name);
    }

    private ClusterSettings cluster(String home, InetSocketAddress address) {
        ClusterTls tls = member.tls();
        return new ClusterSettings(
                home,
                address,
                tls == null
                        ? null
                        : new ClusterSettings.Tls(tls.ofDataServer(), tls.ofDataClient()));
    }

    /** What every home has. */
    private abstract class Served implements Home.Parts {
        private @Nullable BrokerSettings prepared;

        abstract BrokerSettings settings() throws StartFailure;

        /** The contexts of TLS are made then. */
        @Override
        public void prepare() throws StartFailure {
            prepared = settings();
        }

        final BrokerSettings prepared() {
            return Objects.requireNonNull(prepared);
        }

        @Override
        public final ReplicatedLog log(String home, Runnable onFenced) {
            WriterSettings usual = WriterSettings.STANDARD;
            WriterSettings settings =
                    new WriterSettings(
                            new WriterSettings.Copies(
                                    config.cluster().replicas(), config.cluster().ackQuorum()),
                            usual.rolling(),
                            usual.sending(),
                            usual.waiting());
            return new ReplicatedLog(Homes.LOG + home, settings, journals, onFenced);
        }

        final InetSocketAddress listen() throws StartFailure {
            return new Listener("cluster.listen", config.cluster().listen()).resolve();
        }

        @Override
        public final String reached(InetSocketAddress listening) {
            return config.node().reached(listening);
        }
    }

    /** With the listeners that clients connect to. */
    private final class Own extends Served {
        /** And connections to the journal servers exist. */
        @Override
        public void prepare() throws StartFailure {
            super.prepare();
            try {
                journals.links().await(LINKS_PATIENCE);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        BrokerSettings settings() throws StartFailure {
            return broker.settings().with(cluster(config.nodeId(), listen()));
        }

        @Override
        public Broker open(RecordLog log, HomeClaims claims) throws StartFailure, IOException {
            Broker made = broker.make(to, log, claims, prepared());
            broker.open(made, to, ServedHomes::unreadable);
            broker.feed(frame);
            return made;
        }

        @Override
        public void close(Broker made) {
            broker.closeBroker();
        }
    }

    /** Whose own process has gone; others hand clients on to it. */
    private final class Foster extends Served {
        private final String name;

        Foster(String name) {
            this.name = name;
        }

        @Override
        BrokerSettings settings() throws StartFailure {
            InetSocketAddress anyPort = new InetSocketAddress(listen().getAddress(), 0);
            return broker.withoutListeners().with(cluster(name, anyPort));
        }

        @Override
        public Broker open(RecordLog log, HomeClaims claims) throws StartFailure, IOException {
            Broker made = broker.make(to, log, claims, prepared());
            broker.open(made, ServedHomes::unreadable);
            return made;
        }

        @Override
        public void close(Broker made) {
            made.close();
        }
    }

    /** The journal servers may be on their way: no reason to end, but to try again. */
    private static IOException unreadable(IOException why) {
        return new IOException("its log cannot be read: " + Failure.of(why).errorMsg(), why);
    }
}
