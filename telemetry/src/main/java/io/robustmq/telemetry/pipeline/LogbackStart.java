package io.robustmq.telemetry.pipeline;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;

/**
 * Found by Logback itself (META-INF/services), so that it reads no file and writes nothing to the
 * console: until a {@link LibraryLines} is open, libraries are silent.
 */
public final class LogbackStart extends ContextAwareBase implements Configurator {
    /**
     * They warn at every start and stop of what a standalone node means to do: no consensus to
     * reach, nobody to join, no detector of slow operations.
     */
    private static final List<String> ALARMED_BY_DESIGN =
            List.of(
                    "com.hazelcast.cp.CPSubsystem",
                    "com.hazelcast.instance.impl.Node",
                    "com.hazelcast.spi.impl.operationexecutor.slowoperationdetector.SlowOperationDetector");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.OFF);
        for (String logger : ALARMED_BY_DESIGN) {
            context.getLogger(logger).setLevel(Level.ERROR);
        }
        LibraryLines.attachCurrent(context);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
