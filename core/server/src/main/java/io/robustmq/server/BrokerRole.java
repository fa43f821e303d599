package io.robustmq.server;

import io.robustmq.broker.BoundListener;
import io.robustmq.broker.Broker;
import io.robustmq.broker.ListenException;
import io.robustmq.broker.TlsException;
import io.robustmq.journal.RecordLog;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The broker of a process, with who may connect to it, its metrics and its HTTP interface. Opened
 * and closed by its owner, one after the other.
 */
final class BrokerRole {
    private final BrokerConfig config;
    private final MqttListeners listeners;
    private final InstantSource clock;

    // while open; null before and after
    private @Nullable AccessControl access;
    private @Nullable Broker broker;
    private @Nullable EventTopicsFeed eventTopics;

    BrokerRole(BrokerConfig config, InstantSource clock) {
        this.config = config;
        this.listeners = new MqttListeners(config);
        this.clock = clock;
    }

    /** What an {@link IOException} of the log means to the operator. */
    interface LogFailure {
        StartFailure of(IOException why);
    }

    /**
     * @param log open, and this broker's alone
     */
    void open(Pipeline to, RecordLog log, LogFailure unusable) throws StartFailure {
        Events events = to.events(Service.MQTT_BROKER);
        AccessControl accessing =
                new AccessControl(config.mqtt(), config.mqtt5().scram(), clock, events);
        accessing.open();
        access = accessing;
        Broker opening =
                new Broker(
                        ComponentSettings.broker(config, listeners.settings()),
                        log,
                        accessing.access(),
                        events,
                        to.tracing(),
                        clock);
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
        }
        broker = opening;
        accessing.onChange(opening::accessChanged);
        accessing.watch();
        BrokerMetrics.register(opening.measures(), to.registry());
        CertificateMetrics.register(opening::certificates, to.registry());
    }

    /** Once it is open: what can be asked of it. */
    void serve(NodeFrame frame, Pipeline to, HttpEndpoint endpoint) {
        Broker serves = open();
        EventTopicsFeed feed = new EventTopicsFeed(frame.search(), serves.eventTopics());
        feed.open();
        eventTopics = feed;
        Events events = to.events(Service.MQTT_BROKER);
        endpoint.add(new BansApi(serves.bans(), events).route());
        endpoint.add(new SlowSubscriptionsApi(serves::slowSubscriptions, events).route());
        AccessControl accessing = access;
        if (accessing != null) {
            endpoint.add(new AccessApi(accessing, events).route());
        }
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

    void rehearse() throws IOException {
        Broker serves = broker;
        List<BoundListener> all = serves == null ? List.of() : serves.listeners();
        for (BoundListener each : all) {
            if (each.transport().equals("tcp")) {
                new Rehearsal((InetSocketAddress) each.address()).run();
            }
        }
    }

    void close(Readiness readiness, Events events) {
        if (eventTopics != null) {
            eventTopics.close();
            eventTopics = null;
        }
        if (access != null) {
            access.close();
            access = null;
        }
        if (broker != null) {
            readiness.stopped(Role.MQTT_SERVER);
            broker.close();
            broker = null;
            events.emit(new PlacementEvent.RoleStopped(Role.MQTT_SERVER.command()));
        }
    }
}
