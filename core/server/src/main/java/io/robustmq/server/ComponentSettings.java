package io.robustmq.server;

import io.robustmq.broker.BrokerSettings;
import io.robustmq.broker.ListenerSettings;
import io.robustmq.broker.SysSettings;
import io.robustmq.eventlog.EventShardSettings;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.replication.RepairSettings;
import io.robustmq.replication.ReplicaSettings;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.OtlpSignal;
import io.robustmq.telemetry.pipeline.PipelineSettings;
import io.robustmq.telemetry.pipeline.Sampling;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The configuration in the words of each component. */
final class ComponentSettings {
    /** What a client of the data protocol has to say hello. */
    private static final Duration HELLO_WITHIN = Duration.ofSeconds(10);

    private ComponentSettings() {}

    /**
     * @param listeners resolved
     */
    static BrokerSettings broker(BrokerConfig config, List<ListenerSettings> listeners) {
        BrokerConfig.Mqtt mqtt = config.mqtt();
        return new BrokerSettings(
                new BrokerSettings.Connections(
                        listeners, mqtt.eventLoops(), mqtt.maxConnections(), mqtt.connectTimeout()),
                new BrokerSettings.Limits(
                        Math.toIntExact(mqtt.maxPacketSize()),
                        mqtt.receiveMaximum(),
                        mqtt.topicAliasMaximum(),
                        mqtt.maxSessionExpiry().toSeconds(),
                        Math.toIntExact(mqtt.maxKeepAlive().toSeconds())),
                new BrokerSettings.Queues(
                        mqtt.maxInFlight(),
                        mqtt.maxQueuedMessages(),
                        mqtt.maxQueuedBytes(),
                        mqtt.maxOutboundBytes(),
                        mqtt.whenQueueFull()),
                new BrokerSettings.Retained(mqtt.maxRetainedMessages(), mqtt.maxRetainedBytes()),
                new BrokerSettings.Storage(mqtt.snapshotSize(), mqtt.maxDelayedMessages()),
                new BrokerSettings.Sharing(
                        mqtt.sharedSubscriptions().strategy(), mqtt.sharedSubscriptions().groups()),
                new BrokerSettings.Mqtt5(
                        config.mqtt5().topicAliasOut(),
                        config.mqtt5().checkPayloadFormat(),
                        config.mqtt5().responsePrefix()),
                config.events().messagesPerSecond(),
                mqtt.limits().protection(mqtt.flapping().settings()),
                mqtt.topics().settings(),
                mqtt.slowSubscriptions().settings(),
                new SysSettings(mqtt.topics().sysInterval(), config.nodeId(), BuildVersion.text()),
                MetricsKeys.classes(config.metrics().clientClasses()),
                null);
    }

    static JournalSettings journal(StandaloneConfig config) {
        return new JournalSettings(config.journalDirectories(), config.journal().slowSync());
    }

    static ShardSettings shard(StandaloneConfig config, Retention retention) {
        StandaloneConfig.Journal journal = config.journal();
        return new ShardSettings(
                journal.segmentSize(), journal.segmentAge(), journal.durability(), retention);
    }

    static JournalSettings journal(PlacementCenterConfig config) {
        return new JournalSettings(config.journalDirectories(), config.journal().slowSync());
    }

    static JournalSettings journal(JournalServerConfig config) {
        return new JournalSettings(config.journalDirectories(), config.journal().slowSync());
    }

    /**
     * @param listen resolved
     */
    static DataServer.Settings data(JournalServerConfig.Tcp tcp, InetSocketAddress listen) {
        return new DataServer.Settings(
                listen,
                tcp.eventLoops(),
                tcp.maxConnections(),
                Math.toIntExact(tcp.maxFrameSize()),
                tcp.maxInFlight(),
                HELLO_WITHIN);
    }

    static ReplicaHost.Settings replicas(JournalServerConfig config) {
        JournalServerConfig.Journal journal = config.journal();
        RepairSettings repair = RepairSettings.STANDARD;
        return new ReplicaHost.Settings(
                config.nodeId(),
                new ShardSettings(
                        journal.maxSegmentSize(),
                        Duration.ZERO,
                        journal.durability(),
                        Retention.FOREVER),
                ReplicaSettings.STANDARD,
                new RepairSettings(
                        journal.repairReplicas(),
                        journal.repairAfter(),
                        repair.maxMoves(),
                        repair.askAgainAfter(),
                        repair.giveUpAfter()));
    }

    static EventShardSettings events(RoleConfig config) {
        RoleConfig.Events events = config.events();
        return new EventShardSettings(
                config.eventDirectory(), events.maxSize(), events.maxAge(), events.durability());
    }

    static PipelineSettings pipeline(RoleConfig config) {
        RoleConfig.Console console = config.sinks().console();
        RoleConfig.Tracing tracing = config.tracing();
        return new PipelineSettings(
                intake(config),
                new PipelineSettings.Console(console.enabled(), console.format(), console.level()),
                file(config),
                otlp(config),
                fluent(config.sinks().fluent()),
                new PipelineSettings.Traces(
                        tracing.enabled(),
                        new Sampling(
                                tracing.ratio(),
                                tracing.rules(),
                                tracing.maxPerSecond(),
                                tracing.keepSlow(),
                                tracing.keepFailed(),
                                tracing.maxKeptPerSecond()),
                        tracing.maxDeliveries()),
                config.metrics().maxSeries());
    }

    /** For telling why the start failed before any directory is this process's. */
    static PipelineSettings consoleOnly(RoleConfig config) {
        PipelineSettings all = pipeline(config);
        PipelineSettings none = PipelineSettings.defaults();
        PipelineSettings.RollingFile file = all.file();
        return all.with(none.otlp())
                .with(none.fluent())
                .with(
                        new PipelineSettings.RollingFile(
                                false,
                                file.directory(),
                                file.prefix(),
                                file.level(),
                                file.maxSizeBytes(),
                                file.keepDays()));
    }

    private static PipelineSettings.Intake intake(RoleConfig config) {
        RoleConfig.Events events = config.events();
        PipelineSettings.Intake defaults = PipelineSettings.Intake.defaults();
        return new PipelineSettings.Intake(
                events.queueCapacity(),
                events.burstSize(),
                events.perKeyPerSecond(),
                defaults.maxKeys(),
                events.hashIdentities(),
                events.hashSalt(),
                defaults.libraries(),
                new PipelineSettings.Levels(standardLevel(config), events.levels()));
    }

    private static Severity standardLevel(RoleConfig config) {
        return switch (config.events().level()) {
            case DEBUG -> Severity.DEBUG;
            case INFO -> Severity.INFO;
            case WARN -> Severity.WARN;
            case ERROR -> Severity.ERROR;
            case AUTO -> {
                RoleConfig.Sinks sinks = config.sinks();
                boolean isDebugWanted =
                        sinks.console().enabled() && sinks.console().level() == Severity.DEBUG
                                || sinks.file().enabled() && sinks.file().level() == Severity.DEBUG
                                || sinks.otlp().enabled() && sinks.otlp().level() == Severity.DEBUG
                                || sinks.fluent().enabled()
                                        && sinks.fluent().level() == Severity.DEBUG;
                yield isDebugWanted ? Severity.DEBUG : Severity.INFO;
            }
        };
    }

    private static PipelineSettings.RollingFile file(RoleConfig config) {
        RoleConfig.File file = config.sinks().file();
        return new PipelineSettings.RollingFile(
                file.enabled(),
                config.logDirectory(),
                file.prefix(),
                file.level(),
                file.maxSize(),
                file.keepDays());
    }

    private static PipelineSettings.Otlp otlp(RoleConfig config) {
        RoleConfig.Sinks sinks = config.sinks();
        RoleConfig.Otlp otlp = sinks.otlp();
        return new PipelineSettings.Otlp(
                otlp.enabled(),
                otlp.protocol(),
                otlp.endpoint(),
                otlp.logs(),
                otlp.metrics(),
                otlp.traces(),
                otlp.level(),
                otlp.queueCapacity(),
                config.tracing().lossless(),
                otlp.timeout(),
                PipelineSettings.Otlp.defaults().metricsInterval(),
                new PipelineSettings.OtlpOptions(
                        endpoints(otlp),
                        otlp.headers(),
                        otlp.compression(),
                        new PipelineSettings.Tls(
                                otlp.caFile(), otlp.clientCertificateFile(), otlp.clientKeyFile()),
                        otlp.resourceAttributes(),
                        Map.of(
                                OtlpSignal.LOGS, own(sinks.otlpLogs(), otlp),
                                OtlpSignal.TRACES, own(sinks.otlpTraces(), otlp),
                                OtlpSignal.METRICS, own(sinks.otlpMetrics(), otlp))));
    }

    private static PipelineSettings.OtlpOwn own(RoleConfig.OtlpOwn own, RoleConfig.Otlp common) {
        return new PipelineSettings.OtlpOwn(
                switch (own.protocol()) {
                    case COMMON -> common.protocol();
                    case GRPC -> PipelineSettings.OtlpProtocol.GRPC;
                    case HTTP -> PipelineSettings.OtlpProtocol.HTTP;
                },
                own.timeout().isZero() ? common.timeout() : own.timeout(),
                own.headers().isEmpty() ? common.headers() : own.headers(),
                switch (own.compression()) {
                    case COMMON -> common.compression();
                    case NONE -> PipelineSettings.Compression.NONE;
                    case GZIP -> PipelineSettings.Compression.GZIP;
                },
                new PipelineSettings.Tls(
                        or(own.caFile(), common.caFile()),
                        or(own.clientCertificateFile(), common.clientCertificateFile()),
                        or(own.clientKeyFile(), common.clientKeyFile())));
    }

    private static Path or(Path own, Path common) {
        return own.toString().isEmpty() ? common : own;
    }

    private static Map<OtlpSignal, URI> endpoints(RoleConfig.Otlp otlp) {
        Map<OtlpSignal, URI> endpoints = new EnumMap<>(OtlpSignal.class);
        endpoints.put(OtlpSignal.LOGS, otlp.logsEndpoint());
        endpoints.put(OtlpSignal.TRACES, otlp.tracesEndpoint());
        endpoints.put(OtlpSignal.METRICS, otlp.metricsEndpoint());
        endpoints.values().removeIf(endpoint -> endpoint.toString().isEmpty());
        return endpoints;
    }

    private static PipelineSettings.Fluent fluent(RoleConfig.Fluent fluent) {
        return new PipelineSettings.Fluent(
                fluent.enabled(),
                fluent.address(),
                fluent.tag(),
                fluent.level(),
                fluent.ackTimeout(),
                new PipelineSettings.FluentOptions(
                        fluent.tls(),
                        new PipelineSettings.Tls(
                                fluent.caFile(),
                                fluent.clientCertificateFile(),
                                fluent.clientKeyFile()),
                        fluent.sharedKey(),
                        fluent.userName(),
                        fluent.password(),
                        fluent.compression(),
                        fluent.timeout()));
    }
}
