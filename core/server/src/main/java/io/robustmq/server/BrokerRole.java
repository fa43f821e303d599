package io.robustmq.server;

import io.robustmq.broker.BoundListener;
import io.robustmq.broker.Broker;
import io.robustmq.broker.BrokerMeasures;
import io.robustmq.broker.BrokerSettings;
import io.robustmq.broker.ClientDirectory;
import io.robustmq.broker.ListenException;
import io.robustmq.broker.TlsException;
import io.robustmq.journal.RecordLog;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The broker of a process, with who may connect to it, its metrics and its HTTP interface. One
 * thread opens and closes it, any may ask.
 */
final class BrokerRole {
    private final BrokerConfig config;
    private final MqttListeners listeners;
    private final InstantSource clock;

    // while open; null before and after
    private @Nullable AccessControl access;
    private volatile @Nullable Broker broker;
    private @Nullable EventTopicsFeed eventTopics;

    /** Of the last one, also when it is closed. */
    private volatile @Nullable BrokerMeasures measures;

    BrokerRole(BrokerConfig config, InstantSource clock) {
        this.config = config;
        this.listeners = new MqttListeners(config);
        this.clock = clock;
    }

    /** What an {@link IOException} of the log means to the operator. */
    interface LogFailure<X extends Exception> {
        X of(IOException why);
    }

    /**
     * A broker that is alone.
     *
     * @param log open, and this broker's alone
     */
    void open(Pipeline to, RecordLog log, LogFailure<StartFailure> unusable) throws StartFailure {
        var unused = openAccess(to.events(Service.MQTT_BROKER), false);
        open(make(to, log, ClientDirectory.ALONE, settings()), to, unusable);
    }

    /** Before the first broker is made. */
    AccessControl openAccess(Events events, boolean agreed) throws StartFailure {
        AccessControl opening =
                new AccessControl(
                        config.mqtt(),
                        config.mqtt5().scram(),
                        agreed,
                        config.schemaDirectory(),
                        clock,
                        events);
        opening.open();
        access = opening;
        return opening;
    }

    /** With all that clients can connect to. */
    BrokerSettings settings() throws StartFailure {
        return ComponentSettings.broker(config, listeners.settings());
    }

    /** Without; others hand clients on to it. */
    BrokerSettings withoutListeners() {
        return ComponentSettings.broker(config, List.of());
    }

    Broker make(Pipeline to, RecordLog log, ClientDirectory directory, BrokerSettings settings) {
        return new Broker(
                settings,
                log,
                accessControl().access(),
                directory,
                to.events(Service.MQTT_BROKER),
                to.tracing(),
                clock);
    }

    private AccessControl accessControl() {
        AccessControl known = access;
        if (known == null) {
            throw new IllegalStateException("not open");
        }
        return known;
    }

    /** The process's own; another one takes its place when it was closed. */
    <X extends Exception> void open(Broker opening, Pipeline to, LogFailure<X> unusable)
            throws StartFailure, X {
        open(opening, unusable);
        broker = opening;
        boolean isFirst = measures == null;
        measures = opening.measures();
        accessControl().onChange(opening::accessChanged);
        if (isFirst) {
            accessControl().watch();
            BrokerMetrics.register(this::measures, config.mqtt().maxConnections(), to.registry());
            ClassMetrics.register(() -> measures().classes(), to.registry());
            CertificateMetrics.register(this::certificates, to.registry());
        }
    }

    /** Closed again if it cannot be. */
    <X extends Exception> void open(Broker opening, LogFailure<X> unusable) throws StartFailure, X {
        try {
            opening.open();
        } catch (ListenException failure) {
            opening.close();
            throw listeners.failed(failure.listener(), failure);
        } catch (TlsException failure) {
            opening.close();
            throw new StartFailure(
                    ExitCode.CONFIGURATION, "mqtt.tls: " + Failure.of(failure).errorMsg(), failure);
        } catch (IOException failure) {
            opening.close();
            throw unusable.of(failure);
        } catch (RuntimeException failure) {
            opening.close();
            throw failure;
        }
    }

    /** Once one was open. */
    BrokerMeasures measures() {
        return Objects.requireNonNull(measures);
    }

    private Map<String, Long> certificates() {
        Broker serves = broker;
        return serves == null ? Map.of() : serves.certificates();
    }

    /** Once it is open, each time: its clients may follow the node's events. */
    void feed(NodeFrame frame) {
        EventTopicsFeed feed = new EventTopicsFeed(frame.search(), open().eventTopics());
        feed.open();
        eventTopics = feed;
    }

    /** Once the first is open: what can be asked of it. */
    void serve(Pipeline to, HttpEndpoint endpoint) {
        Events events = to.events(Service.MQTT_BROKER);
        endpoint.add(new BansApi(() -> open().bans(), events).route());
        endpoint.add(new SlowSubscriptionsApi(() -> open().slowSubscriptions(), events).route());
        endpoint.add(new AccessApi(accessControl(), events).route());
    }

    private Broker open() {
        Broker serves = broker;
        if (serves == null) {
            throw new IllegalStateException("not open");
        }
        return serves;
    }

    boolean isOpen() {
        return broker != null;
    }

    int connections() {
        return Math.toIntExact(open().measures().connections());
    }

    /** As others may know it. */
    Map<String, String> addresses() {
        Map<String, String> addresses = new TreeMap<>();
        for (BoundListener each : open().listeners()) {
            addresses.put(each.name().equals("tcp") ? "mqtt" : "mqtt-" + each.name(), each.text());
        }
        return addresses;
    }

    /** Lines for a person. */
    void announce(StringBuilder text) {
        for (BoundListener each : open().listeners()) {
            NodeFrame.line(text, "MQTT", listeners.url(each));
        }
    }

    /** Where clients without TLS connect; null if nowhere, or it is not open. */
    @Nullable InetSocketAddress tcp() {
        Broker serves = broker;
        List<BoundListener> all = serves == null ? List.of() : serves.listeners();
        return all.stream()
                .filter(each -> each.transport().equals("tcp"))
                .map(each -> (InetSocketAddress) each.address())
                .findFirst()
                .orElse(null);
    }

    /** Ends its connections; another may be opened. */
    void closeBroker() {
        if (eventTopics != null) {
            eventTopics.close();
            eventTopics = null;
        }
        Broker serves = broker;
        if (serves != null) {
            serves.close();
            broker = null;
        }
    }

    void close() {
        AccessControl known = access;
        if (known != null) {
            known.close(); // first: what changes is nothing to a broker that goes
            access = null;
        }
        closeBroker();
    }
}
