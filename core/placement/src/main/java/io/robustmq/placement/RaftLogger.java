package io.robustmq.placement;

import com.hazelcast.logging.AbstractLogger;
import com.hazelcast.logging.LogEvent;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/**
 * What Raft has to say. Of elections and members there are events of our own; here it is listened
 * to for what it catches: an exception in one of its steps, after which its state in memory cannot
 * be trusted.
 */
final class RaftLogger extends AbstractLogger {
    private final Consumer<Throwable> broken;

    RaftLogger(Consumer<Throwable> broken) {
        this.broken = broken;
    }

    @Override
    public void log(Level level, String message) {}

    @Override
    public void log(Level level, String message, @Nullable Throwable thrown) {
        if (level.equals(Level.SEVERE) && thrown != null && !(thrown instanceof Consensus.Later)) {
            broken.accept(thrown);
        }
    }

    @Override
    @SuppressWarnings("deprecation") // it must be there
    public void log(LogEvent logEvent) {}

    @Override
    public Level getLevel() {
        return Level.SEVERE;
    }

    @Override
    public boolean isLoggable(Level level) {
        return level.equals(Level.SEVERE);
    }
}
