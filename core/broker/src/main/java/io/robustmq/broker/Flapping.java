package io.robustmq.broker;

import io.robustmq.telemetry.event.ConnectionEvent.BanCause;
import io.robustmq.telemetry.event.ConnectionEvent.BanKind;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bans who connects too often. A client identifier is counted once its client has proved who it is,
 * or else anybody could have it banned; an address always. Any thread.
 *
 * <p>Bound: {@link #MAX} that were seen last; who is forgotten begins again at one.
 */
final class Flapping {
    private static final int MAX = 20_000;

    /** Of longer names the beginning and what tells them apart is kept. */
    private static final int MAX_CHARS = 64;

    private final Protection.Flapping limits;
    private final InstantSource clock;
    private final Bans bans;

    // guarded by this
    private final Map<String, Window> windows =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
                    return size() > MAX;
                }
            };

    private static final class Window {
        private long beganMillis;
        private int connects;
    }

    Flapping(Protection.Flapping limits, InstantSource clock, Bans bans) {
        this.limits = limits;
        this.clock = clock;
        this.bans = bans;
    }

    /** A CONNECT came. The ban, if it was one too many. */
    Bans.@Nullable Ban counted(BanKind kind, String target) {
        boolean wanted = limits.enabled() && (kind == BanKind.CLIENT || limits.byAddress());
        if (!wanted || target.isEmpty() || !isTooOften(kind, target)) {
            return null;
        }
        return bans.add(
                kind,
                target,
                BanCause.FLAPPING,
                "more than "
                        + limits.maxConnects()
                        + " connects within "
                        + limits.window().toSeconds()
                        + " s",
                limits.banTime());
    }

    private synchronized boolean isTooOften(BanKind kind, String target) {
        String key = key(kind, target);
        long now = clock.millis();
        Window window = windows.computeIfAbsent(key, absent -> new Window());
        if (window.connects == 0 || now - window.beganMillis > limits.window().toMillis()) {
            window.beganMillis = now;
            window.connects = 0;
        }
        window.connects++;
        if (window.connects <= limits.maxConnects()) {
            return false;
        }
        windows.remove(key);
        return true;
    }

    private static String key(BanKind kind, String target) {
        String name =
                target.length() <= MAX_CHARS
                        ? target
                        : target.substring(0, MAX_CHARS)
                                + '\0'
                                + target.length()
                                + '\0'
                                + target.hashCode();
        return kind.name() + name;
    }
}
