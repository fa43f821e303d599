package io.robustmq.broker;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.robustmq.journal.Journal;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketLimits;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.PeerEncoder;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connection with one other home, again and again while both are there: each is the other's
 * server and its client. The one whose name comes first dials. Belongs to the loop of the other
 * home's session.
 */
final class PeerLink implements Meeting.Dialed {
    private static final int TOPIC_ALIASES = 1024;
    private static final int RECEIVE_MAXIMUM = 65_535;

    /** A record's payload, and what is around it in a packet. */
    static final PacketLimits LIMITS =
            new PacketLimits(
                    Journal.MAX_PAYLOAD_BYTES + (1 << 20),
                    TOPIC_ALIASES,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE,
                    Integer.MAX_VALUE);

    private static final long BEAT_MILLIS = 500;
    private static final long SILENT_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);
    private static final long FIRST_WAIT_MILLIS = 50;
    private static final long MOST_WAIT_MILLIS = 1000;

    private final Peers peers;
    private final Cluster cluster;
    private final String home;
    private final Loop loop;
    private final RoutesIn routesIn = new RoutesIn(this);
    private volatile InetSocketAddress address;
    private volatile boolean closed;

    // while there is none
    private boolean dialing;
    private boolean failureTold;
    private long waitMillis = FIRST_WAIT_MILLIS;

    // of this connection
    private @Nullable Connection connection;
    private @Nullable Session session;
    private @Nullable RoutesOut routesOut;
    private @Nullable Future<?> beat;
    private long sinceNanos;
    private long nextDigestNanos;

    PeerLink(Peers peers, Cluster cluster, String home, InetSocketAddress address, Loop loop) {
        this.peers = peers;
        this.cluster = cluster;
        this.home = home;
        this.address = address;
        this.loop = loop;
    }

    String home() {
        return home;
    }

    Loop loop() {
        return loop;
    }

    Cluster cluster() {
        return cluster;
    }

    @Override
    public InetSocketAddress address() {
        return address;
    }

    RoutesIn routesIn() {
        return routesIn;
    }

    /** Null while there is none. */
    @Nullable Connection connection() {
        return connection;
    }

    /** The other home's; there is one since it was first connected. */
    Session session() {
        return Objects.requireNonNull(session);
    }

    Session session(Connection of) {
        return Objects.requireNonNull(of.session());
    }

    void emit(Event event) {
        loop.shared().events().emit(event);
    }

    // before it is a connection

    void open() {
        loop.executor().execute(this::dial);
    }

    /** The home is served somewhere else now. */
    void moved(InetSocketAddress to) {
        address = to;
        loop.executor()
                .execute(() -> {
                    Connection now = connection;
                    if (now != null) {
                        now.end(Ending.TAKEN_OVER, 0, "the home is served elsewhere");
                    }
                });
    }

    private boolean isOursToDial() {
        return cluster.home().compareTo(home) < 0;
    }

    private void dial() {
        if (!closed && !dialing && connection == null && isOursToDial()) {
            dialing = true;
            peers.dial(this);
        }
    }

    @Override
    public Preface preface() {
        return new Preface(Preface.PEER, home, peers.home());
    }

    @Override
    public void welcomed(Channel channel) {
        peers.serve(channel, this);
    }

    /** It did not come to a connection; told once until one comes. */
    @Override
    public void notReached(String why, boolean refused) {
        dialing = false;
        if (closed) {
            return;
        }
        if (!failureTold) {
            failureTold = true;
            String where = Addresses.text(address);
            emit(
                    refused
                            ? new ConnectionEvent.PeerRefused(home, where, why)
                            : new ConnectionEvent.PeerUnreachable(home, where, why));
        }
        dialLater();
    }

    private void dialLater() {
        if (closed || !isOursToDial()) {
            return;
        }
        long wait = waitMillis * 3 / 4 + loop.random().nextLong(waitMillis / 2 + 1);
        waitMillis = Math.min(2 * waitMillis, MOST_WAIT_MILLIS);
        var unused = loop.executor().schedule(this::dial, wait, TimeUnit.MILLISECONDS);
    }

    /**
     * Both homes know of each other, and MQTT begins.
     *
     * @param on where the channel is
     */
    void serve(Channel channel, Loop on, Admission admission) {
        ClientOrigin origin =
                new ClientOrigin("cluster", peers.transport(), channel.remoteAddress(), null);
        Connection begun = new Connection(channel, on, admission, origin, this);
        channel.pipeline().addLast(begun);
        Connect connect = connect();
        begun.beginWithPeer(connect);
        Homing.move(begun, loop, () -> new Arrival(begun, connect, false).settle());
    }

    private Connect connect() {
        return new Connect(
                MqttVersion.V5,
                Cluster.clientId(home),
                false,
                0,
                Connect.NEVER_EXPIRES,
                RECEIVE_MAXIMUM,
                0,
                TOPIC_ALIASES,
                false,
                false,
                null,
                null,
                null,
                null,
                null,
                List.of());
    }

    // while it is

    /** Its session is there; what waits for it is sent after this. */
    void attached(Connection with, Session of, boolean resumed) {
        if (closed) {
            loop.executor().execute(() -> with.end(Ending.REFUSED, 0, "the home is gone"));
        }
        dialing = false;
        failureTold = false;
        waitMillis = FIRST_WAIT_MILLIS;
        connection = with;
        session = of;
        sinceNanos = System.nanoTime();
        nextDigestNanos = sinceNanos + cluster.settings().digestInterval().toNanos();
        routesOut = new RoutesOut(with, cluster.wants());
        loop.counters().add(Counters.PEERS_CONNECTED, 1);
        emit(
                new ConnectionEvent.PeerConnected(
                        home,
                        with.peer().remoteAddr(),
                        resumed,
                        of.queuedCount() + of.inFlightCount()));
        PeerTalk.say(
                with,
                PeerTalk.Kind.HELLO,
                cluster.wants().incarnation(),
                routesIn.incarnation(),
                routesIn.version(),
                resumed ? 0 : 1);
        beat =
                loop.executor()
                        .scheduleAtFixedRate(
                                () -> with.guarded(() -> beat(with)),
                                BEAT_MILLIS,
                                BEAT_MILLIS,
                                TimeUnit.MILLISECONDS);
    }

    private void beat(Connection with) {
        if (!with.isConnected()) {
            return;
        }
        long now = System.nanoTime();
        if (now - with.readNanos() > SILENT_NANOS && !with.isHeldBack()) {
            with.end(Ending.KEEP_ALIVE_TIMEOUT, 0, "nothing came for 1.5 s");
            return;
        }
        PeerEncoder.pingreq(with.outbound().packet(PacketType.PINGREQ, ClientPackets.ACK_BYTES));
        RoutesOut out = routesOut;
        if (out != null && now - nextDigestNanos > 0 && out.isSettled()) {
            nextDigestNanos = now + cluster.settings().digestInterval().toNanos();
            Wants.Digest digest = cluster.wants().digest();
            PeerTalk.say(
                    with, PeerTalk.Kind.DIGEST, digest.version(), digest.count(), digest.hash());
        }
    }

    /** What the other home says. */
    void told(PeerTalk talk) {
        long[] numbers = talk.numbers();
        RoutesOut out = Objects.requireNonNull(routesOut);
        switch (talk.kind()) {
            case HELLO -> {
                if (numbers[3] == 1) {
                    session().received().forget();
                }
                hello(numbers[0], numbers[1], numbers[2], out);
            }
            case ALL_BEGIN -> routesIn.allBegins();
            case ALL_END -> routesIn.allEnds(numbers[0]);
            case DIGEST -> compare(numbers[0], numbers[1], numbers[2]);
            case TELL_ALL -> {
                out.tellAll();
                out.flush();
            }
            case RETAINED_END -> whenAllIsInLog(out);
        }
    }

    private void hello(long theirs, long ofIncarnation, long ofVersion, RoutesOut out) {
        routesIn.begin(theirs);
        out.start(ofIncarnation == cluster.wants().incarnation() && ofVersion > 0 ? ofVersion : -1);
        Connection with = Objects.requireNonNull(connection);
        Subscriber subscriber = session().subscriber();
        if (subscriber != null && !session().subscriptions().containsKey(Cluster.HAS_RETAINED)) {
            List<Message> retained = loop.shared().retained().all(loop.nowMillis());
            new RetainedOut(with, subscriber, cluster.home(), retained).send();
        }
    }

    private void compare(long version, long count, long hash) {
        Boolean same = routesIn.isSame(version, count, hash);
        Connection with = connection;
        if (same != null && !same && with != null) {
            emit(
                    new SubscriptionEvent.PeerRoutesDiffered(
                            home, session().subscriptions().size(), count));
            PeerTalk.say(with, PeerTalk.Kind.TELL_ALL);
        }
    }

    /** Then a crash loses none of what has come so far. */
    private void whenAllIsInLog(RoutesOut out) {
        loop.log()
                .addAtOnce(
                        new LogEntry(loop, SessionRecord.NOTHING.encoded()) {
                            @Override
                            void committed() {
                                if (routesOut == out) {
                                    out.hasRetained();
                                }
                            }

                            @Override
                            void refused(IOException why) {} // all is sent again next time
                        });
    }

    /** The other home has taken some of what this one wants. */
    void routesTaken() {
        RoutesOut out = routesOut;
        if (out != null) {
            out.taken();
        }
    }

    /** What has changed is told before anything else. */
    void tellRoutes() {
        RoutesOut out = routesOut;
        if (out != null) {
            out.flush();
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very connection
    void ended(Connection of, Ending ending, @Nullable String reason) {
        if (connection != of) {
            if (connection == null) {
                loop.executor()
                        .execute(() -> notReached(reason == null ? "it hung up" : reason, true));
            }
            return;
        }
        connection = null;
        RoutesOut out = routesOut;
        if (out != null) {
            out.close();
            routesOut = null;
        }
        if (beat != null) {
            beat.cancel(false);
            beat = null;
        }
        loop.counters().add(Counters.PEERS_CONNECTED, -1);
        emit(
                new ConnectionEvent.PeerLost(
                        home,
                        ending,
                        reason == null ? "" : reason,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos)));
        if (!closed && !isOursToDial()) {
            peers.probe(this); // or else nobody would notice soon that its process has gone
        }
        dialLater();
    }

    // the end

    /** No more connections; the one that there is ends with the broker's others. */
    void close() {
        closed = true;
    }

    /** The other home is gone for good, and its session with it. */
    void end() {
        closed = true;
        loop.executor()
                .execute(() -> {
                    Connection now = connection;
                    if (now != null) {
                        now.end(Ending.REFUSED, 0, "the home is gone");
                    }
                    Peers.endSession(loop, home);
                });
    }
}
