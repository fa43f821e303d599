package io.robustmq.broker;

import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.BanCause;
import io.robustmq.telemetry.event.ConnectionEvent.BanEnd;
import io.robustmq.telemetry.event.ConnectionEvent.BanKind;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.Events;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may not connect for a while, by client identifier or by address. In memory: a restart lifts
 * them all. Any thread.
 *
 * <p>Bound: {@link #MAX} of them, and {@link #MAX_CHARS} of what they are for. A new one then takes
 * the place of that which would end first.
 */
public final class Bans {
    /** So many at once. */
    public static final int MAX = 10_000;

    private static final int MAX_CHARS = 4 << 20;

    /** Longer than that it is no longer temporary. */
    public static final Duration MAX_TIME = Duration.ofDays(365);

    private record Key(BanKind kind, String target) {}

    /**
     * @param target the client identifier, or the address; of IPv6, that of its network of 64 bits
     * @param reason for people, empty if none was given
     */
    public record Ban(
            BanKind kind,
            String target,
            BanCause cause,
            String reason,
            Instant begun,
            Instant until) {
        /** For who is kept out. */
        String detail() {
            return (kind == BanKind.CLIENT ? "this client id" : "this address")
                    + " is banned until "
                    + until.truncatedTo(ChronoUnit.SECONDS)
                    + (reason.isEmpty() ? "" : ": " + reason);
        }
    }

    private final InstantSource clock;
    private final Events events;
    private volatile List<Loop> loops = List.of();

    // guarded by this
    private final Map<Key, Ban> bans = new LinkedHashMap<>();
    private int chars;

    /** As {@link #bans}, for who does not want to wait for a lock. */
    private volatile boolean any;

    public Bans(InstantSource clock, Events events) {
        this.clock = clock;
        this.events = events;
    }

    void open(List<Loop> all) {
        loops = all;
    }

    // who comes

    /** Null if it may connect. */
    @Nullable Ban of(BanKind kind, String target) {
        if (!any) {
            return null;
        }
        Ban ban;
        synchronized (this) {
            ban = bans.get(new Key(kind, target));
        }
        return ban != null && clock.instant().isBefore(ban.until) ? ban : null;
    }

    /** As a ban has it; empty if there is none. */
    public static String target(@Nullable SocketAddress remote) {
        return remote instanceof InetSocketAddress inet
                ? ArrivalLimits.network(inet.getAddress()).getHostAddress()
                : "";
    }

    // who is banned

    public synchronized List<Ban> list() {
        Instant now = clock.instant();
        return bans.values().stream()
                .filter(ban -> now.isBefore(ban.until))
                .sorted(Comparator.comparing(Ban::until))
                .toList();
    }

    /** In place of the one that there is for the same. */
    Ban add(BanKind kind, String target, BanCause cause, String reason, Duration time) {
        Instant now = clock.instant();
        Ban ban = new Ban(kind, target, cause, reason, now, now.plus(time));
        List<Ban> evicted = new ArrayList<>();
        synchronized (this) {
            remove(kind, target);
            while (bans.size() >= MAX || !bans.isEmpty() && chars + target.length() > MAX_CHARS) {
                Ban first =
                        bans.values().stream().min(Comparator.comparing(Ban::until)).orElseThrow();
                remove(first.kind, first.target);
                evicted.add(first);
            }
            bans.put(new Key(kind, target), ban);
            chars += target.length();
            any = true;
        }
        evicted.forEach(each -> ended(each, BanEnd.REPLACED));
        events.emit(
                new ConnectionEvent.Banned(
                        kind, target, cause, reason, time.toSeconds(), ban.until.toString()));
        return ban;
    }

    /** By an administrator: those who are connected are disconnected. */
    public Ban add(BanKind kind, String target, String reason, Duration time) {
        Ban ban = add(kind, target, BanCause.ADMINISTRATOR, reason, time);
        for (Loop loop : loops) {
            loop.executor().execute(() -> endConnections(loop, ban));
        }
        return ban;
    }

    private static void endConnections(Loop loop, Ban ban) {
        for (Connection each : List.copyOf(loop.connections())) {
            String target =
                    switch (ban.kind) {
                        case CLIENT -> each.peer().clientId();
                        case ADDRESS -> target(each.origin().remoteAddress());
                    };
            if (target.equals(ban.target) && each.link() == null) {
                each.end(Ending.BANNED, ReasonCode.BANNED, ban.detail());
            }
        }
    }

    /** Null if there is none. */
    public @Nullable Ban lift(BanKind kind, String target) {
        Ban ban;
        synchronized (this) {
            ban = remove(kind, target);
        }
        if (ban != null) {
            ended(ban, BanEnd.LIFTED);
        }
        return ban;
    }

    /** Each second. */
    void sweep() {
        if (!any) {
            return;
        }
        Instant now = clock.instant();
        List<Ban> over;
        synchronized (this) {
            over = bans.values().stream().filter(ban -> !now.isBefore(ban.until)).toList();
            over.forEach(ban -> remove(ban.kind, ban.target));
        }
        over.forEach(ban -> ended(ban, BanEnd.EXPIRED));
    }

    private synchronized @Nullable Ban remove(BanKind kind, String target) {
        Ban ban = bans.remove(new Key(kind, target));
        if (ban != null) {
            chars -= target.length();
            any = !bans.isEmpty();
        }
        return ban;
    }

    private void ended(Ban ban, BanEnd how) {
        events.emit(new ConnectionEvent.BanEnded(ban.kind, ban.target, ban.cause, how));
    }
}
