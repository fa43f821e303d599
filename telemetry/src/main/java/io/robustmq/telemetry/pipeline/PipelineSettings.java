package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How events, spans and metrics leave the process; every part can be switched off.
 *
 * @param maxSeries label sets that each metric may have; what is beyond is one series
 */
public record PipelineSettings(
        Intake intake,
        Console console,
        RollingFile file,
        Otlp otlp,
        Fluent fluent,
        Traces traces,
        int maxSeries) {
    private static final int DEFAULT_MAX_SERIES = 1000;

    /** As the configuration's defaults: console and file on, the collectors off. */
    public static PipelineSettings defaults() {
        return new PipelineSettings(
                Intake.defaults(),
                Console.defaults(),
                RollingFile.defaults(),
                Otlp.defaults(),
                Fluent.defaults(),
                Traces.defaults(),
                DEFAULT_MAX_SERIES);
    }

    /** Whether there are to be spans in a {@link SpanStore}. */
    public boolean storesSpans() {
        return otlp.enabled() && otlp.traces() && otlp.storesSpans() && traces.enabled();
    }

    /** Why no traces leave, by the key that says so; null if they do. */
    public @Nullable String noTraces() {
        if (!traces.enabled()) {
            return "tracing.enabled is false";
        }
        if (!otlp.enabled()) {
            return "sinks.otlp.enabled is false";
        }
        return otlp.traces() ? null : "sinks.otlp.traces is false";
    }

    public PipelineSettings with(Intake other) {
        return new PipelineSettings(other, console, file, otlp, fluent, traces, maxSeries);
    }

    public PipelineSettings with(Console other) {
        return new PipelineSettings(intake, other, file, otlp, fluent, traces, maxSeries);
    }

    public PipelineSettings with(RollingFile other) {
        return new PipelineSettings(intake, console, other, otlp, fluent, traces, maxSeries);
    }

    public PipelineSettings with(Otlp other) {
        return new PipelineSettings(intake, console, file, other, fluent, traces, maxSeries);
    }

    public PipelineSettings with(Fluent other) {
        return new PipelineSettings(intake, console, file, otlp, other, traces, maxSeries);
    }

    public PipelineSettings with(Traces other) {
        return new PipelineSettings(intake, console, file, otlp, fluent, other, maxSeries);
    }

    /**
     * What all events go through.
     *
     * @param queueCapacity of the queue before the store; full: the event is dropped and counted
     * @param burstBytes memory outside the heap for what comes faster than it can be stored
     * @param perKeyPerSecond events of one type and key written per second, the others are counted
     *     in {@code suppressed}; 0 writes all, at most 4095
     * @param maxKeys keys remembered; beyond it, all further keys of a type share one
     * @param hashIdentities client ids, addresses and user names are replaced by a keyed hash
     * @param hashSalt the key; empty: another one at each start, so hashes cannot be compared
     *     across starts and nodes
     * @param libraries lines of libraries below this are not even made
     */
    public record Intake(
            int queueCapacity,
            long burstBytes,
            int perKeyPerSecond,
            int maxKeys,
            boolean hashIdentities,
            Secret hashSalt,
            Severity libraries,
            Levels levels) {
        public static Intake defaults() {
            return new Intake(
                    131_072,
                    256L << 20,
                    10,
                    20_000,
                    false,
                    Secret.NONE,
                    Severity.WARN,
                    Levels.defaults());
        }

        public Intake with(Levels other) {
            return new Intake(
                    queueCapacity,
                    burstBytes,
                    perKeyPerSecond,
                    maxKeys,
                    hashIdentities,
                    hashSalt,
                    libraries,
                    other);
        }

        /** Hashes identities, with that key. */
        public Intake hashing(Secret salt) {
            return new Intake(
                    queueCapacity,
                    burstBytes,
                    perKeyPerSecond,
                    maxKeys,
                    true,
                    salt,
                    libraries,
                    levels);
        }
    }

    /**
     * From which level up events are taken at all; the sinks choose from those.
     *
     * @param standard of the categories that have none of their own
     */
    public record Levels(Severity standard, Map<String, Severity> categories) {
        public static Levels defaults() {
            return new Levels(Severity.INFO, Map.of());
        }
    }

    public enum Format {
        HUMAN,
        JSON
    }

    /** Standard output. */
    public record Console(boolean enabled, Format format, Severity level) {
        public static Console defaults() {
            return new Console(true, Format.HUMAN, Severity.INFO);
        }
    }

    /**
     * Files {@code <prefix>-<UTC day>.<n>.log} of JSON lines.
     *
     * @param maxSizeBytes a file that would get larger is finished and the next n begun
     * @param keepDays files of earlier days are deleted
     */
    public record RollingFile(
            boolean enabled,
            Path directory,
            String prefix,
            Severity level,
            long maxSizeBytes,
            int keepDays) {
        public static RollingFile defaults() {
            return new RollingFile(
                    true, Path.of("robust-data", "logs"), "robustmq", Severity.INFO, 256L << 20, 7);
        }
    }

    public enum OtlpProtocol {
        GRPC,
        HTTP
    }

    public enum Compression {
        NONE,
        GZIP
    }

    /**
     * PEM files, each an empty path for none. They are read again when they have changed.
     *
     * @param ca who may have signed the other end's certificate; none: whom the JVM trusts
     * @param certificate our own, with those between it and the root
     * @param key of that certificate, PKCS #8
     */
    public record Tls(Path ca, Path certificate, Path key) {
        public static final Tls NONE = new Tls(Path.of(""), Path.of(""), Path.of(""));

        /** What is wrong with the files, empty if nothing is. */
        public String problem() {
            try {
                new TlsFiles(this).current();
                return "";
            } catch (IOException e) {
                return String.valueOf(e.getMessage());
            }
        }
    }

    /**
     * An OpenTelemetry collector.
     *
     * @param endpoint {@code http://host:port}; over HTTP the paths /v1/logs, /v1/traces and
     *     /v1/metrics are added
     * @param queueCapacity of the queue of spans
     * @param storesSpans whether they go from the queue to the store, and from there to the
     *     collector
     * @param timeout for one batch
     * @param options what few need
     */
    public record Otlp(
            boolean enabled,
            OtlpProtocol protocol,
            URI endpoint,
            boolean logs,
            boolean metrics,
            boolean traces,
            Severity level,
            int queueCapacity,
            boolean storesSpans,
            Duration timeout,
            Duration metricsInterval,
            OtlpOptions options) {
        /** A collector that asks for nothing special. */
        public Otlp(
                boolean enabled,
                OtlpProtocol protocol,
                URI endpoint,
                boolean logs,
                boolean metrics,
                boolean traces,
                Severity level,
                int queueCapacity,
                Duration timeout,
                Duration metricsInterval) {
            this(
                    enabled,
                    protocol,
                    endpoint,
                    logs,
                    metrics,
                    traces,
                    level,
                    queueCapacity,
                    false,
                    timeout,
                    metricsInterval,
                    OtlpOptions.defaults());
        }

        /** As it is for one signal. */
        Otlp of(OtlpSignal signal) {
            OtlpOwn own = options.own().get(signal);
            return own == null
                    ? this
                    : new Otlp(
                            enabled,
                            own.protocol(),
                            endpoint,
                            logs,
                            metrics,
                            traces,
                            level,
                            queueCapacity,
                            storesSpans,
                            own.timeout(),
                            metricsInterval,
                            new OtlpOptions(
                                    options.endpoints(),
                                    own.headers(),
                                    own.compression(),
                                    own.tls(),
                                    options.resource()));
        }

        public static Otlp defaults() {
            return new Otlp(
                    false,
                    OtlpProtocol.GRPC,
                    URI.create("http://127.0.0.1:4317"),
                    true,
                    false,
                    true,
                    Severity.INFO,
                    131_072,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(15));
        }
    }

    /**
     * How a collector wants to be spoken to.
     *
     * @param endpoints of single signals, used as they are; the others go to the common one
     * @param headers of every request
     * @param resource attributes of the node beside its own
     * @param own of the signals for which some of it is different
     */
    public record OtlpOptions(
            Map<OtlpSignal, URI> endpoints,
            Map<String, Secret> headers,
            Compression compression,
            Tls tls,
            Map<String, String> resource,
            Map<OtlpSignal, OtlpOwn> own) {
        /** The same for all signals, but for where they go. */
        public OtlpOptions(
                Map<OtlpSignal, URI> endpoints,
                Map<String, Secret> headers,
                Compression compression,
                Tls tls,
                Map<String, String> resource) {
            this(endpoints, headers, compression, tls, resource, Map.of());
        }

        public static OtlpOptions defaults() {
            return new OtlpOptions(Map.of(), Map.of(), Compression.NONE, Tls.NONE, Map.of());
        }
    }

    /** How one signal is sent, all of it. */
    public record OtlpOwn(
            OtlpProtocol protocol,
            Duration timeout,
            Map<String, Secret> headers,
            Compression compression,
            Tls tls) {}

    /**
     * A Fluentd or Fluent Bit, by the forward protocol with acknowledgements.
     *
     * @param address looked up at each connect, so it may be unresolved
     * @param tag of every record
     * @param options what few need
     */
    public record Fluent(
            boolean enabled,
            InetSocketAddress address,
            String tag,
            Severity level,
            Duration ackTimeout,
            FluentOptions options) {
        /** A receiver that asks for nothing special. */
        public Fluent(
                boolean enabled,
                InetSocketAddress address,
                String tag,
                Severity level,
                Duration ackTimeout) {
            this(enabled, address, tag, level, ackTimeout, FluentOptions.defaults());
        }

        public static Fluent defaults() {
            return new Fluent(
                    false,
                    InetSocketAddress.createUnresolved("127.0.0.1", 24224),
                    "robustmq",
                    Severity.INFO,
                    Duration.ofSeconds(10));
        }
    }

    /**
     * How a forward receiver wants to be spoken to.
     *
     * @param encrypted by TLS, with {@code tls}
     * @param sharedKey empty: none is asked for
     * @param userName empty: none
     * @param timeout to connect with all that is said first, and to write a batch, each
     */
    public record FluentOptions(
            boolean encrypted,
            Tls tls,
            Secret sharedKey,
            String userName,
            Secret password,
            Compression compression,
            Duration timeout) {
        public static FluentOptions defaults() {
            return new FluentOptions(
                    false,
                    Tls.NONE,
                    Secret.NONE,
                    "",
                    Secret.NONE,
                    Compression.NONE,
                    Duration.ofSeconds(10));
        }
    }

    /**
     * Whether and how traces are recorded. Spans leave by OTLP, if that is on.
     *
     * @param sampling what it begins with
     * @param maxDeliveries delivery spans per publish; the others are one span together
     */
    public record Traces(boolean enabled, Sampling sampling, int maxDeliveries) {
        public static Traces defaults() {
            return new Traces(true, Sampling.DEFAULTS, 64);
        }
    }
}
