package io.robustmq.telemetry.pipeline;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.LoggerProvider;
import io.opentelemetry.api.trace.TracerProvider;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.instrumentation.logback.appender.v1_0.OpenTelemetryAppender;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.ForeignEvent;
import io.robustmq.telemetry.event.Severity;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * What libraries log, as events: SLF4J and java.util.logging → Logback → OpenTelemetry's Logback
 * appender → {@link ForeignEvent.Line}. There is one Logback per process: of two that are open, the
 * later gets the lines.
 *
 * <p>Logback takes a while to load, so that is done beside the rest of the start: SLF4J keeps the
 * lines that come meanwhile and replays them, and {@link LogbackStart} attaches us before it does.
 */
final class LibraryLines implements AutoCloseable {
    /** Who is attached when Logback begins. */
    private static final AtomicReference<@Nullable LibraryLines> CURRENT = new AtomicReference<>();

    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private static final String APPENDER = "robustmq-events";
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("exception.type");
    private static final AttributeKey<String> ERROR_MESSAGE =
            AttributeKey.stringKey("exception.message");

    private final Events events;
    private final Severity configured;
    private Severity threshold;
    private boolean closed;
    private @Nullable OpenTelemetryAppender appender;

    LibraryLines(Events events, Severity threshold) {
        this.events = events;
        this.configured = threshold;
        this.threshold = threshold;
    }

    /**
     * @param level null for what is configured
     */
    synchronized void setThreshold(@Nullable Severity level) {
        threshold = level == null ? configured : level;
        OpenTelemetryAppender attached = appender;
        if (attached != null && attached.getContext() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level());
            java.util.logging.Logger.getLogger("").setLevel(julLevel());
        }
    }

    synchronized void open() {
        CURRENT.set(this);
        if (System.getProperty("slf4j.internal.verbosity") == null) {
            // that lines were replayed is no news
            System.setProperty("slf4j.internal.verbosity", "ERROR");
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        java.util.logging.Logger.getLogger("").setLevel(julLevel());
        if (BEGUN.get()) {
            begin(); // by an earlier one: quick
        } else {
            Thread.ofPlatform().daemon().name("library-lines").start(this::begin);
        }
    }

    private void begin() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (factory instanceof LoggerContext context) {
            attach(context);
        } // else somebody put another SLF4J provider onto the class path: its lines are its own
    }

    /** Logback begins, or has begun before. */
    static void attachCurrent(LoggerContext context) {
        BEGUN.set(true);
        LibraryLines current = CURRENT.get();
        if (current != null) {
            current.attach(context);
        }
    }

    private synchronized void attach(LoggerContext context) {
        if (closed || appender != null) {
            return;
        }
        OpenTelemetryAppender attached = new OpenTelemetryAppender();
        attached.setContext(context);
        attached.setName(APPENDER);
        attached.setOpenTelemetry(new LogsOnly(new Lines(events)));
        attached.start();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(attached);
        root.setLevel(level());
        appender = attached;
    }

    private Level level() {
        return switch (threshold) {
            case DEBUG -> Level.DEBUG;
            case INFO -> Level.INFO;
            case WARN -> Level.WARN;
            case ERROR -> Level.ERROR;
        };
    }

    private java.util.logging.Level julLevel() {
        return switch (threshold) {
            case DEBUG -> java.util.logging.Level.FINE;
            case INFO -> java.util.logging.Level.INFO;
            case WARN -> java.util.logging.Level.WARNING;
            case ERROR -> java.util.logging.Level.SEVERE;
        };
    }

    @Override
    public synchronized void close() {
        closed = true;
        CURRENT.compareAndSet(this, null);
        OpenTelemetryAppender attached = appender;
        appender = null;
        if (attached != null && attached.getContext() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(attached);
            attached.stop();
        }
    }

    /** Makes an event of each record, on the thread that logs. */
    private record Lines(Events events) implements LogRecordProcessor {
        @Override
        public void onEmit(Context context, ReadWriteLogRecord record) {
            Value<?> body = record.getBodyValue();
            String errorType = record.getAttribute(ERROR_TYPE);
            String errorMessage = record.getAttribute(ERROR_MESSAGE);
            events.emit(
                    new ForeignEvent.Line(
                            severity(record),
                            record.getInstrumentationScopeInfo().getName(),
                            body == null ? "" : body.asString(),
                            Thread.currentThread().getName(),
                            new Failure(
                                    errorType == null ? "" : errorType,
                                    errorMessage == null ? "" : errorMessage)));
        }

        private static Severity severity(ReadWriteLogRecord record) {
            int number = record.getSeverity().getSeverityNumber();
            if (number >= Severity.ERROR.number()) {
                return Severity.ERROR;
            }
            if (number >= Severity.WARN.number()) {
                return Severity.WARN;
            }
            return number >= Severity.INFO.number() ? Severity.INFO : Severity.DEBUG;
        }
    }

    /** As much of OpenTelemetry as its appender needs. */
    private static final class LogsOnly implements OpenTelemetry {
        private final SdkLoggerProvider logs;

        LogsOnly(LogRecordProcessor processor) {
            this.logs = SdkLoggerProvider.builder().addLogRecordProcessor(processor).build();
        }

        @Override
        public TracerProvider getTracerProvider() {
            return TracerProvider.noop();
        }

        @Override
        public ContextPropagators getPropagators() {
            return ContextPropagators.noop();
        }

        @Override
        public LoggerProvider getLogsBridge() {
            return logs;
        }
    }
}
