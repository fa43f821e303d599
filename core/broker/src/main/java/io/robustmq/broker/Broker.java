package io.robustmq.broker;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.robustmq.journal.RecordLog;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT broker and its listeners. {@link #open} and {@link #close} on one thread, the rest any.
 */
public final class Broker implements AutoCloseable {
    private static final int AUTHENTICATION_THREADS = 2;

    /** Clients that wait for a slow authenticator; more are refused with 0x89. */
    private static final int WAITING_FOR_AUTHENTICATION = 1024;

    private static final long CLOSE_SECONDS = 5;

    private final RandomGenerator random;
    private final Shared shared;
    private final BrokerMeasures measures;

    // while open
    private volatile List<Loop> loops = List.of();
    private @Nullable MultiThreadIoEventLoopGroup group;
    private @Nullable ThreadPoolExecutor slowAuthentication;
    private volatile @Nullable Listeners listeners;
    private volatile @Nullable Peers peers;

    /**
     * @param log open, and the broker's alone; it stays open when the broker is closed
     */
    public Broker(
            BrokerSettings settings,
            RecordLog log,
            Access access,
            Events events,
            Tracing tracing,
            InstantSource clock) {
        this(settings, log, access, ClientDirectory.ALONE, events, tracing, clock);
    }

    /**
     * One of several.
     *
     * @param directory which of them has which client
     */
    public Broker(
            BrokerSettings settings,
            RecordLog log,
            Access access,
            ClientDirectory directory,
            Events events,
            Tracing tracing,
            InstantSource clock) {
        this(settings, log, access, directory, events, tracing, clock, new SecureRandom());
    }

    Broker(
            BrokerSettings settings,
            RecordLog log,
            Access access,
            ClientDirectory directory,
            Events events,
            Tracing tracing,
            InstantSource clock,
            RandomGenerator random) {
        this.random = random;
        this.shared = Shared.of(settings, access, log, directory, events, tracing, clock, random);
        this.measures =
                new BrokerMeasures(
                        shared.counters(),
                        shared.measures(),
                        shared.openConnections(),
                        shared.delayedCount(),
                        shared.retained(),
                        new ClassMeasures(settings.classes(), shared.counters()),
                        () -> loops.stream().map(Loop::pendingTasks).toList());
    }

    /**
     * Makes the state that the log tells, then listens.
     *
     * @throws ListenException if an address cannot be bound, as when it is in use
     * @throws TlsException if certificates cannot be used
     * @throws IOException if the log cannot be read
     */
    public void open() throws IOException {
        boolean epoll = Epoll.isAvailable();
        MultiThreadIoEventLoopGroup threads =
                new MultiThreadIoEventLoopGroup(
                        shared.counters().size(),
                        new DefaultThreadFactory("mqtt"),
                        epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        ThreadPoolExecutor authenticating =
                new ThreadPoolExecutor(
                        AUTHENTICATION_THREADS,
                        AUTHENTICATION_THREADS,
                        1,
                        TimeUnit.MINUTES,
                        new ArrayBlockingQueue<>(WAITING_FOR_AUTHENTICATION),
                        new DefaultThreadFactory("mqtt-authentication", true));
        authenticating.allowCoreThreadTimeOut(true);
        group = threads;
        slowAuthentication = authenticating;

        List<Loop> all = new ArrayList<>();
        Map<EventExecutor, Loop> byExecutor = new HashMap<>();
        for (EventExecutor executor : threads) {
            Loop loop = new Loop(all.size(), (EventLoop) executor, shared);
            all.add(loop);
            byExecutor.put(executor, loop);
        }
        all.forEach(loop -> loop.open(all));
        loops = List.copyOf(all);
        shared.eventTopics().open(new SysTopics(shared, measures, loops));
        shared.eventTopics().open(loops);
        shared.bans().open(loops);
        try {
            shared.log().open(loops, shared.retained());
            loops.forEach(loop -> loop.executor().submit(loop::start).syncUninterruptibly());
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        Admission admission =
                new Admission(
                        shared, authenticating, new Homing(shared, loops, this::dial), random);

        Listeners opening =
                new Listeners(shared, threads, epoll, Map.copyOf(byExecutor), admission);
        listeners = opening;
        Cluster cluster = shared.cluster();
        Peers others =
                cluster == null
                        ? null
                        : new Peers(shared, cluster, threads, epoll, loops, admission);
        peers = others;
        try {
            if (cluster != null && others != null) {
                shared.retained().all(Long.MIN_VALUE).forEach(each -> cluster.saw(each.stamp()));
                others.open();
            }
            opening.open();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        warnOfAnonymous();
    }

    /** Somebody on this machine may always be trusted to be; from elsewhere, it is told. */
    private void warnOfAnonymous() {
        ClientOrigin elsewhere =
                new ClientOrigin("tcp", "tcp", new InetSocketAddress("192.0.2.1", 1), null);
        if (shared.access().authenticator().authenticate(new Credentials(elsewhere, "", null, null))
                instanceof Authenticator.Granted) {
            for (BoundListener each : listeners()) {
                shared.events().emit(new AuthenticationEvent.AnonymousAllowed(each.text()));
            }
        }
    }

    /** All that it listens on, in the order of the settings; empty while it is not open. */
    public List<BoundListener> listeners() {
        Listeners all = listeners;
        return all == null ? List.of() : all.bound();
    }

    /** Where the first of them listens. */
    public InetSocketAddress localAddress() {
        if (listeners().isEmpty()) {
            throw new IllegalStateException("the broker is not open");
        }
        return (InetSocketAddress) listeners().getFirst().address();
    }

    private void dial(
            EventLoop on,
            ClientDirectory.Whereabouts.Elsewhere there,
            Consumer<Channel> connected,
            Consumer<Throwable> failed) {
        Peers all = peers;
        if (all == null) {
            failed.accept(new IllegalStateException("the broker is not open as one of several"));
        } else {
            all.dial(on, there, connected, failed);
        }
    }

    /**
     * The homes that there are, by name, and where they are served; also those that nobody serves
     * at present, with the last address. One that is not among them any more is gone for good: what
     * it did not get is given up. To be called whenever that changes, and after {@link #open}. Any
     * thread.
     *
     * @throws IllegalStateException if the broker is not open, or has no cluster settings
     */
    public void peers(Map<String, InetSocketAddress> homes) {
        others().set(homes);
    }

    /** Where other homes reach this one. */
    public InetSocketAddress clusterAddress() {
        return others().address();
    }

    private Peers others() {
        Peers all = peers;
        if (all == null) {
            throw new IllegalStateException("the broker is not open as one of several");
        }
        return all;
    }

    /**
     * Who may connect, or what they may do, is different from now on: clients that are not let in
     * any more are disconnected, subscriptions that are denied end. Any thread.
     */
    public void accessChanged() {
        shared.access().changed();
        for (Loop loop : loops) {
            if (!loop.executor().isShuttingDown()) {
                loop.executor().execute(loop::judgeAgain);
            }
        }
    }

    /** By host, epoch seconds until when the certificate that is shown for it is valid. */
    public Map<String, Long> certificates() {
        Listeners all = listeners;
        return all == null ? Map.of() : all.certificates();
    }

    public BrokerMeasures measures() {
        return measures;
    }

    /** The slowest first, as of the last second. */
    public List<SlowSubscription> slowSubscriptions() {
        return loops.stream()
                .flatMap(loop -> loop.rules().slow().list().stream())
                .sorted(Comparator.comparingLong(SlowSubscription::latencyMillis).reversed())
                .limit(shared.settings().slow().top())
                .toList();
    }

    public Bans bans() {
        return shared.bans();
    }

    /** Where the node's events are published. */
    public EventTopics eventTopics() {
        return shared.eventTopics();
    }

    /** For tests. */
    List<Loop> loops() {
        return loops;
    }

    /** Does on every loop what is done each second, now, and waits for it. For tests. */
    void sweep() {
        for (Loop loop : loops) {
            loop.executor().submit(loop::sweep).syncUninterruptibly();
        }
    }

    /**
     * Stops listening, tells MQTT 5 clients that it shuts down, and ends their connections. Wills
     * without a delay are published, those with one when the broker runs again [MQTT-3.1.2-8].
     */
    @Override
    public void close() {
        Listeners all = listeners;
        if (all != null) {
            all.close();
        }
        Peers others = peers;
        if (others != null) {
            others.close();
            peers = null;
        }
        shared.eventTopics().open(List.of());
        shared.bans().open(List.of());
        onEachLoop(Broker::endAll);
        // when the wills of those have begun
        onEachLoop(loop -> loop.log().finish());
        if (!loops.isEmpty()) {
            shared.log().close(loops);
        }
        loops = List.of();
        if (all != null) {
            all.release();
            listeners = null;
        }
        MultiThreadIoEventLoopGroup threads = group;
        if (threads != null) {
            threads.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                    .awaitUninterruptibly(2 * CLOSE_SECONDS, TimeUnit.SECONDS);
            group = null;
        }
        if (slowAuthentication != null) {
            slowAuthentication.shutdownNow();
            slowAuthentication = null;
        }
    }

    private void onEachLoop(Consumer<Loop> task) {
        for (Loop loop : loops) {
            loop.executor()
                    .submit(() -> task.accept(loop))
                    .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void endAll(Loop loop) {
        // in a cluster there are others to go on with
        int reasonCode =
                loop.shared().cluster() == null
                        ? ReasonCode.SERVER_SHUTTING_DOWN
                        : ReasonCode.USE_ANOTHER_SERVER;
        for (Connection connection : List.copyOf(loop.connections())) {
            connection.end(Ending.SERVER_SHUTDOWN, reasonCode);
        }
    }
}
