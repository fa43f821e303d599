package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketDecoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Violation;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.Peer;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from its first byte of MQTT to its last. Belongs to one event loop at a time:
 * after CONNECT it moves to the home loop of its client ({@link Admission}) and stays there.
 *
 * <p>A client is not read while it is being admitted; while another loop, or the log, has to catch
 * up with what was published ({@link Handoff}, {@link LoopLog}, {@link Answers}); and while it
 * leaves twice {@code maxOutboundBytes} unread, which only answers to its own packets can bring
 * about.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    // for the connection
    private final Channel channel;
    private final long id;
    private final Shared shared;
    private final Admission admission;
    private final ClientOrigin origin;
    private final PacketDecoder decoder;
    private final ClientPackets packets;
    private final Cumulation input;
    private final Outbound outbound;
    private final Patience patience = new Patience(this);
    private final @Nullable PeerLink link; // null of a client
    private final @Nullable ReadRate rate; // null without limit
    private final ClientAccess access;
    private final ClientTrace trace = new ClientTrace(this);
    private final ClientTraffic traffic;
    private Loop loop;
    private Phase phase = Phase.BEFORE_CONNECT;
    private Peer peer;
    private long readNanos;

    /** Of opening it, then of its CONNACK. */
    private long sinceNanos = System.nanoTime();

    private long receivedBytes;
    private boolean behind;

    // once the client is known
    private MqttVersion version = MqttVersion.V3_1_1;
    private ReasonStrings reasonStrings = ReasonStrings.UNKNOWN;
    private String saidUserName = "";
    private @Nullable AuthExchange exchange;
    private @Nullable Session session;
    private @Nullable Subscriber subscriber;
    private Connect.@Nullable Will will;

    /** Of another broker, which has the client's connection; null if it is here. */
    private @Nullable TunnelHeader handedOn;

    private boolean claimed;

    Connection(Channel channel, Loop loop, Admission admission, ClientOrigin origin) {
        this(channel, loop, admission, origin, null);
    }

    /**
     * @param link null but for the connection with another home
     */
    Connection(
            Channel channel,
            Loop loop,
            Admission admission,
            ClientOrigin origin,
            @Nullable PeerLink link) {
        this.link = link;
        this.channel = channel;
        this.loop = loop;
        this.shared = loop.shared();
        this.admission = admission;
        this.origin = origin;
        this.id = shared.connectionIds().incrementAndGet();
        Protection.Rate limits = shared.settings().protection().rate();
        this.rate =
                limits.isLimited() && link == null ? new ReadRate(this, limits, sinceNanos) : null;
        this.decoder =
                link == null
                        ? new PacketDecoder(shared.packetLimits())
                        : PacketDecoder.ofPeer(PeerLink.LIMITS);
        this.traffic =
                new ClientTraffic(
                        loop.measures().traffic(), link == null ? origin.listener() : null);
        this.packets = new ClientPackets(this);
        this.input =
                new Cumulation(
                        decoder, link == null ? packets : new PeerPackets(this, packets, link));
        this.outbound = new Outbound(this, channel);
        this.peer = new Peer("mqtt", id, "", Addresses.text(origin.remoteAddress()));
        this.access = new ClientAccess(this, shared.access());
    }

    // what Netty calls

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        begin();
    }

    /** Where something was before MQTT, it is over now. */
    void begin() {
        loop.connections().add(this);
        traffic.begin();
        readNanos = System.nanoTime();
        patience.awaitConnect(shared.settings().connections().connectTimeout());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        readNanos = System.nanoTime();
        int size = in.readableBytes();
        receivedBytes += size;
        loop.counters().add(Counters.NETWORK_RECEIVED_BYTES, size);
        if (phase == Phase.ENDED) {
            in.release();
            return;
        }
        if (rate != null) {
            rate.read(size, readNanos, decoder.packetsReceived());
        }
        try {
            ended(input.read(in, ctx.alloc()));
        } catch (RuntimeException e) {
            failed(e);
        }
        holdBackIfNeeded();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        Subscriber who = subscriber;
        if (who != null && phase == Phase.CONNECTED) {
            who.writabilityChanged(channel.isWritable());
            holdBackIfNeeded();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(Ending.PEER_CLOSED, 0);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (phase == Phase.ENDED) {
            return;
        }
        // a broken TLS record comes wrapped
        if (cause instanceof IOException || cause.getCause() instanceof IOException) {
            emit(new ConnectionEvent.IoFailed(peer, Failure.of(cause)));
            end(Ending.IO_ERROR, 0);
        } else {
            failed(cause);
        }
    }

    // admission

    /** Another home is there, of whom no CONNECT is asked. */
    void beginWithPeer(Connect connect) {
        loop.connections().add(this);
        phase = Phase.ADMITTING;
        channel.config().setAutoRead(false);
        version = connect.version();
        reasonStrings = ReasonStrings.of(connect);
        peer = new Peer(version.label(), id, connect.clientId(), peer.remoteAddr());
    }

    /** A CONNECT that keeps the rules has come; nothing more is read until it is answered. */
    void connecting(Connect connect) {
        phase = Phase.ADMITTING;
        patience.stop();
        channel.config().setAutoRead(false);
        version = connect.version();
        traffic.speaks(version);
        traffic.received(PacketType.CONNECT);
        reasonStrings = ReasonStrings.of(connect);
        peer = new Peer(version.label(), id, connect.clientId(), peer.remoteAddr());
        saidUserName = Objects.requireNonNullElse(connect.userName(), "");
        trace.connecting(connect);
        admission.admit(this, connect);
    }

    ClientTrace trace() {
        return trace;
    }

    ClientTraffic traffic() {
        return traffic;
    }

    AuthExchange exchange(AuthExchange begun) {
        exchange = begun;
        decoder.authenticating(true);
        patience.awaitConnect(shared.settings().connections().connectTimeout());
        return begun;
    }

    /** Whether it was asked something, so that AUTH is read, or has answered. */
    void readsAuth(boolean now) {
        phase = now ? Phase.AUTHENTICATING : Phase.ADMITTING;
        channel.config().setAutoRead(now);
        if (now) {
            ended(input.resume());
        }
    }

    /** Another broker has the connection, and has seen who the client is. */
    void handedOnBy(TunnelHeader header) {
        handedOn = header;
    }

    /** Null if the client is connected to this broker itself. */
    @Nullable TunnelHeader handedOn() {
        return handedOn;
    }

    /** It is to be dropped from {@link ClientDirectory} when the connection ends. */
    void claimed() {
        claimed = true;
    }

    /**
     * Another broker goes on with it: it is no connection of this one any more.
     *
     * @return what came behind its CONNECT, to be released
     */
    @Nullable ByteBuf handOn() {
        phase = Phase.ENDED;
        patience.stop();
        if (rate != null) {
            rate.stop();
        }
        loop.connections().remove(this);
        traffic.end();
        shared.eventTopics().left(this, Ending.HANDED_ON);
        trace.ended(Ending.HANDED_ON, ReasonCode.SUCCESS, false);
        loop.counters().add(Counters.ended(Ending.HANDED_ON), 1);
        outbound.flush();
        outbound.close();
        return input.taken();
    }

    void named(String clientId) {
        peer = new Peer(peer.protocol(), id, clientId, peer.remoteAddr());
    }

    /** It goes to its home loop; its timer runs on the loop that is left. */
    void leaving() {
        patience.stop();
    }

    /** It was moved there. */
    void isOn(Loop home) {
        loop = home;
        traffic.isOn(home.measures().traffic());
    }

    /** By class, if its CONNECT has told enough. */
    void countRefused() {
        if (phase != Phase.BEFORE_CONNECT) {
            String known = access.userName();
            int of = classOf(known.isEmpty() ? saidUserName : known);
            loop.counters().add(Counters.ofClass(of, Counters.CLASS_REFUSED), 1);
        }
    }

    private int classOf(String userName) {
        return shared.settings().classes().of(peer.clientId(), userName, origin.listener());
    }

    /** CONNACK with another reason code than 0, and the end. */
    void refuse(int reasonCode, String detail) {
        if (link != null) {
            end(Ending.REFUSED, reasonCode, detail);
            return;
        }
        LastWords.refuse(this, reasonCode, detail);
        trace.refused(new ConnectionEvent.Refused(peer, reasonCode, detail), reasonCode, detail);
        end(Ending.REFUSED, reasonCode);
    }

    /** The CONNACK that says so is written. */
    Subscriber accepted(Session to, Connect connect, int keepAliveSeconds) {
        phase = Phase.CONNECTED;
        decoder.authenticating(false);
        Subscriber made = new Subscriber(this, to, outbound, connect);
        session = to;
        subscriber = made;
        will = connect.will();
        sinceNanos = System.nanoTime();
        readNanos = sinceNanos;
        if (link == null) {
            loop.counters().add(Counters.accepted(version), 1);
            loop.counters().add(Counters.SESSIONS_CONNECTED, 1);
            to.isOf(classOf(access.userName()));
            to.countOfClass(Counters.CLASS_CONNECTED, 1);
        }
        patience.keepAlive(keepAliveSeconds);
        return made;
    }

    /** What came behind the CONNECT is decoded, and reading goes on. */
    void goOn() {
        holdBackIfNeeded();
        ended(input.resume());
        holdBackIfNeeded();
    }

    /** A step of admission that runs as a task of its own, not within a read. */
    void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    // flow control of what the client sends

    private void holdBackIfNeeded() {
        if (phase != Phase.CONNECTED) {
            return;
        }
        Session of = session;
        if (!behind && (loop.isBehind() || of != null && of.answers().areMany())) {
            behind = true;
            loop.readAgainLater(this);
        }
        // two homes that both wait for the other to read would wait for ever
        boolean deaf =
                outbound.isBlocked()
                        && link == null
                        && outbound.pendingBytes()
                                > 2 * shared.settings().queues().maxOutboundBytes();
        boolean fast = rate != null && rate.holdsBack(decoder.packetsReceived(), input.hasMore());
        channel.config().setAutoRead(!behind && !deaf && !fast && phase == Phase.CONNECTED);
    }

    /** Not read because another loop, or the log, has to catch up, or it sent too much. */
    boolean isHeldBack() {
        return behind || rate != null && rate.isWaiting();
    }

    void mayReadAgain() {
        behind = false;
        holdBackIfNeeded();
    }

    // the end

    void ended(@Nullable Violation violation) {
        if (violation == null || phase == Phase.ENDED) {
            return;
        }
        int reasonCode = violation.reasonCode();
        Limit.count(violation, loop.counters());
        if (phase == Phase.AUTHENTICATING) {
            LastWords.refuse(this, reasonCode, violation.detail());
        } else if (phase != Phase.CONNECTED && violation.packetType() == PacketType.CONNECT) {
            MqttVersion spoken = decoder.version();
            boolean unsupported = reasonCode == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
            if (spoken != null || unsupported) {
                version = spoken == null ? MqttVersion.V3_1_1 : spoken;
                if (spoken != null) {
                    traffic.speaks(spoken);
                }
                peer = new Peer(version.label(), id, peer.clientId(), peer.remoteAddr());
            }
            if (version == MqttVersion.V5 || unsupported) {
                LastWords.refuse(this, reasonCode, violation.detail());
            }
        }
        emit(
                new ConnectionEvent.ProtocolViolated(
                        peer,
                        violation.rule(),
                        violation.packetType().name(),
                        reasonCode,
                        violation.detail()));
        end(Ending.PROTOCOL_ERROR, reasonCode, violation.detail());
    }

    /** What is around MQTT was not as it must be. */
    void misused(String rule, String detail) {
        if (phase != Phase.ENDED) {
            emit(
                    new ConnectionEvent.ProtocolViolated(
                            peer, rule, "WebSocket frame", ReasonCode.PROTOCOL_ERROR, detail));
            end(Ending.PROTOCOL_ERROR, ReasonCode.PROTOCOL_ERROR, detail);
        }
    }

    /** A defect of ours: this connection ends, the others go on. */
    void failed(Throwable defect) {
        if (phase != Phase.ENDED) {
            emit(new ConnectionEvent.Failed(peer, Failure.of(defect)));
            end(Ending.IO_ERROR, ReasonCode.UNSPECIFIED_ERROR);
        }
    }

    /** Another connection of the same client has come. */
    void takenOver(Connection by) {
        if (link == null) {
            emit(new ConnectionEvent.TakenOver(peer, by.id));
        }
        end(Ending.TAKEN_OVER, ReasonCode.SESSION_TAKEN_OVER);
    }

    void end(Ending ending, int reasonCode) {
        end(ending, reasonCode, null);
    }

    /**
     * Ends it once, whatever comes after. A connected MQTT 5 client is told the reason code if it
     * is one of an error and the end is the broker's doing.
     */
    void end(Ending ending, int reasonCode, @Nullable String reason) {
        if (phase == Phase.ENDED) {
            return;
        }
        Phase was = phase;
        phase = Phase.ENDED;
        patience.stop();
        if (rate != null) {
            rate.stop();
        }
        loop.connections().remove(this);
        traffic.end();
        if (link == null) {
            shared.eventTopics().left(this, ending);
            loop.counters().add(Counters.ended(ending), 1);
            if (was == Phase.CONNECTED && ending != Ending.CLIENT_DISCONNECT) {
                LastWords.disconnect(this, reasonCode, reason);
            }
        }
        input.close();
        outbound.close();
        LastWords.close(channel, loop);
        trace.ended(ending, reasonCode, was == Phase.CONNECTED);
        if (was == Phase.CONNECTED) {
            if (link == null) {
                emit(closed(ending, reasonCode));
            }
            detach(ending, reasonCode);
        }
        if (claimed) {
            shared.directory().drop(peer.clientId());
        }
        if (link != null) {
            link.ended(this, ending, reason);
        }
    }

    private void detach(Ending ending, int reasonCode) {
        Session of = session;
        Subscriber who = subscriber;
        if (of == null || who == null) {
            return;
        }
        who.gone();
        of.countOfClass(Counters.CLASS_CONNECTED, -1);
        boolean takenBack = ending == Ending.CLIENT_DISCONNECT && reasonCode == ReasonCode.SUCCESS;
        Connect.Will last =
                takenBack ? null : loop.rules().payloads().allowed(access.allowed(will), peer);
        loop.sessions().disconnected(of, peer, last);
    }

    private ConnectionEvent.Closed closed(Ending ending, int reasonCode) {
        return new ConnectionEvent.Closed(
                peer,
                ending,
                reasonCode,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos),
                decoder.packetsReceived(),
                outbound.packets(),
                receivedBytes,
                outbound.bytes());
    }

    void emit(Event event) {
        shared.events().emit(event);
    }

    /** False if it ended meanwhile. */
    boolean isAdmitting() {
        return phase == Phase.ADMITTING;
    }

    boolean isConnected() {
        return phase == Phase.CONNECTED;
    }

    boolean wantsMore() {
        return phase.isRead()
                && (phase != Phase.CONNECTED
                        || rate == null
                        || decoder.packetsReceived() < rate.packetsInAll());
    }

    long id() {
        return id;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    long packetsReceived() {
        return decoder.packetsReceived();
    }

    Loop loop() {
        return loop;
    }

    /** Null of a client. */
    @Nullable PeerLink link() {
        return link;
    }

    Peer peer() {
        return peer;
    }

    ClientOrigin origin() {
        return origin;
    }

    Channel channel() {
        return channel;
    }

    MqttVersion version() {
        return version;
    }

    /** Whom the client is taken for, and what it may do. */
    ClientAccess access() {
        return access;
    }

    Subscribing subscribing() {
        return packets.subscribing();
    }

    Outbound outbound() {
        return outbound;
    }

    /** When the packets being handled were read. */
    long readNanos() {
        return readNanos;
    }

    ReasonStrings reasonStrings() {
        return reasonStrings;
    }

    /** Null unless the client authenticates step by step. */
    @Nullable AuthExchange exchange() {
        return exchange;
    }

    /** Null before the client was accepted. */
    @Nullable Session session() {
        return session;
    }
}
