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
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * What libraries log, as events: SLF4J and java.util.logging → Logback → OpenTelemetry's Logback
 * appender → {@link ForeignEvent.Line}. There is one Logback per process: of two that are open, the
 * later gets the lines.
 */
final class LibraryLines implements AutoCloseable {
    private static final String APPENDER = "robustmq-events";
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("exception.type");
    private static final AttributeKey<String> ERROR_MESSAGE =
            AttributeKey.stringKey("exception.message");

    private final Events events;
    private final Severity threshold;
    private @Nullable OpenTelemetryAppender appender;

    LibraryLines(Events events, Severity threshold) {
        this.events = events;
        this.threshold = threshold;
    }

    void open() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!(factory instanceof LoggerContext context)) {
            return; // somebody put another SLF4J provider onto the class path: its lines are its
            // own
        }
        OpenTelemetryAppender opened = new OpenTelemetryAppender();
        opened.setContext(context);
        opened.setName(APPENDER);
        opened.setOpenTelemetry(new LogsOnly(new Lines(events)));
        opened.start();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(opened);
        root.setLevel(level());
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        java.util.logging.Logger.getLogger("").setLevel(julLevel());
        appender = opened;
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
    public void close() {
        OpenTelemetryAppender open = appender;
        appender = null;
        if (open != null && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(open);
            open.stop();
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
