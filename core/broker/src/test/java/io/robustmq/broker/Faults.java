package io.robustmq.broker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.EventType;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/**
 * What must not happen whatever clients do: an event of an error, or a complaint of Netty's, as of
 * a task that threw or a buffer that leaked. Any thread.
 */
final class Faults implements Events, AutoCloseable {
    private static final Logger NETTY = (Logger) LoggerFactory.getLogger("io.netty");

    /** Asked for each class once. */
    private final ClassValue<Boolean> isFault =
            new ClassValue<>() {
                @Override
                protected Boolean computeValue(Class<?> type) {
                    EventType event = type.getAnnotation(EventType.class);
                    // that clients can bring about: the store of retained messages is full
                    boolean allowed = type == MessageEvent.RetainedRefused.class;
                    return event != null && event.severity() == Severity.ERROR && !allowed;
                }
            };

    private final Queue<String> found = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> complaints =
            new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent line) {
                    var thrown = line.getThrowableProxy();
                    found.add(
                            line.getFormattedMessage()
                                    + (thrown == null
                                            ? ""
                                            : ch.qos.logback.classic.spi.ThrowableProxyUtil
                                                    .asString(thrown)));
                }
            };

    void open() {
        NETTY.setLevel(Level.WARN);
        complaints.start();
        NETTY.addAppender(complaints);
    }

    @Override
    public void emit(Event event) {
        if (isFault.get(event.getClass())) {
            found.add(event.toString());
        }
    }

    @Override
    public void emit(Event event, TraceContext trace) {
        emit(event);
    }

    /** Since it was asked last. */
    List<String> take() {
        List<String> all = new ArrayList<>();
        for (String each = found.poll(); each != null; each = found.poll()) {
            all.add(each);
        }
        return all;
    }

    @Override
    public void close() {
        NETTY.detachAppender(complaints);
        NETTY.setLevel(null);
    }
}
