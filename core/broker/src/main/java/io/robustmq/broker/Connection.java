package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection, from its first byte to its last. Belongs to one event loop at a time: after
 * CONNECT it moves to the home loop of its client ({@link Admission}) and stays there.
 *
 * <p>A client is not read while it is being admitted; while another loop, or the log, has to catch
 * up with what was published ({@link Handoff}, {@link LoopLog}, {@link Answers}); and while it
 * leaves twice {@code maxOutboundBytes} unread, which only answers to its own packets can bring
 * about.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    /** How long a client may take to read its last packet. */
    private static final long LAST_WORDS_SECONDS = 3;

    private enum Phase {
        BEFORE_CONNECT,
        ADMITTING,
        CONNECTED,
        ENDED
    }

    // for the connection
    private final Channel channel;
    private final long id;
    private final Shared shared;
    private final Admission admission;
    private final PacketDecoder decoder;
    private final Cumulation input;
    private final Outbound outbound;
    private final Patience patience = new Patience(this);
    private Loop loop;
    private Phase phase = Phase.BEFORE_CONNECT;
    private Peer peer;
    private long readNanos;
    private long receivedBytes;
    private boolean behind;

    // once the client is known
    private MqttVersion version = MqttVersion.V3_1_1;
    private @Nullable Session session;
    private @Nullable Subscriber subscriber;
    private Connect.@Nullable Will will;
    private long connectedNanos;

    Connection(Channel channel, Loop loop, Admission admission) {
        this.channel = channel;
        this.loop = loop;
        this.shared = loop.shared();
        this.admission = admission;
        this.id = shared.connectionIds().incrementAndGet();
        BrokerSettings.Limits limits = shared.settings().limits();
        this.decoder = new PacketDecoder(limits.maxPacketBytes(), limits.topicAliasMaximum());
        this.input = new Cumulation(decoder, new ClientPackets(this));
        this.outbound = new Outbound(this, channel);
        this.peer = new Peer("mqtt", id, "", Addresses.text(channel.remoteAddress()));
    }

    // what Netty calls

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        loop.connections().add(this);
        readNanos = System.nanoTime();
        patience.awaitConnect(shared.settings().listener().connectTimeout());
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
        if (cause instanceof IOException) {
            emit(new ConnectionEvent.IoFailed(peer, Failure.of(cause)));
            end(Ending.IO_ERROR, 0);
        } else {
            failed(cause);
        }
    }

    // admission

    /** A CONNECT that keeps the rules has come; nothing more is read until it is answered. */
    void connecting(Connect connect) {
        phase = Phase.ADMITTING;
        patience.stop();
        channel.config().setAutoRead(false);
        version = connect.version();
        peer = new Peer(version.label(), id, connect.clientId(), peer.remoteAddr());
        admission.admit(this, connect);
    }

    /** False if it ended meanwhile. */
    boolean isAdmitting() {
        return phase == Phase.ADMITTING;
    }

    void named(String clientId) {
        peer = new Peer(peer.protocol(), id, clientId, peer.remoteAddr());
    }

    /** Moves to another loop and goes on there. */
    void moveTo(Loop home, Runnable then) {
        if (home == loop) {
            then.run();
            return;
        }
        loop.connections().remove(this);
        channel.deregister()
                .addListener(left -> {
                    loop = home;
                    home.executor()
                            .register(channel)
                            .addListener(arrived -> {
                                if (!arrived.isSuccess()) {
                                    // the client hung up between the loops: neither told of it
                                    channel.unsafe().closeForcibly();
                                    end(Ending.PEER_CLOSED, 0);
                                } else if (isAdmitting()) { // else it ended as it arrived
                                    home.connections().add(this);
                                    guarded(then);
                                }
                            });
                });
    }

    /** CONNACK with another reason code than 0, and the end. */
    void refuse(int reasonCode, String detail) {
        LastWords.refuse(outbound, version, reasonCode, detail);
        loop.counters().add(Counters.refused(reasonCode), 1);
        emit(new ConnectionEvent.Refused(peer, reasonCode, detail));
        end(Ending.REFUSED, reasonCode);
    }

    /** The CONNACK that says so is written. */
    Subscriber accepted(Session to, Connect connect, int keepAliveSeconds) {
        phase = Phase.CONNECTED;
        Subscriber made = new Subscriber(this, to, outbound, connect);
        session = to;
        subscriber = made;
        will = connect.will();
        connectedNanos = System.nanoTime();
        readNanos = connectedNanos;
        loop.counters().add(Counters.accepted(version), 1);
        loop.counters().add(Counters.SESSIONS_CONNECTED, 1);
        patience.keepAlive(keepAliveSeconds);
        return made;
    }

    /** What came behind the CONNECT is decoded, and reading goes on. */
    void goOn() {
        holdBackIfNeeded();
        ended(input.resume());
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
        boolean deaf =
                outbound.isBlocked()
                        && outbound.pendingBytes()
                                > 2 * shared.settings().queues().maxOutboundBytes();
        channel.config().setAutoRead(!behind && !deaf);
    }

    /** Not read because another loop, or the log, has to catch up. */
    boolean isHeldBack() {
        return behind;
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
        if (phase != Phase.CONNECTED && violation.packetType() == PacketType.CONNECT) {
            MqttVersion spoken = decoder.version();
            boolean unsupported = reasonCode == ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
            if (spoken != null || unsupported) {
                version = spoken == null ? MqttVersion.V3_1_1 : spoken;
                peer = new Peer(version.label(), id, peer.clientId(), peer.remoteAddr());
            }
            if (version == MqttVersion.V5 || unsupported) {
                LastWords.refuse(outbound, version, reasonCode, violation.detail());
                loop.counters().add(Counters.refused(reasonCode), 1);
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

    /** A defect of ours: this connection ends, the others go on. */
    void failed(Throwable defect) {
        if (phase != Phase.ENDED) {
            emit(new ConnectionEvent.Failed(peer, Failure.of(defect)));
            end(Ending.IO_ERROR, ReasonCode.UNSPECIFIED_ERROR);
        }
    }

    /** Another connection of the same client has come. */
    void takenOver(Connection by) {
        emit(new ConnectionEvent.TakenOver(peer, by.id));
        end(Ending.TAKEN_OVER, ReasonCode.SESSION_TAKEN_OVER);
    }

    void end(Ending ending, int reasonCode) {
        end(ending, reasonCode, null);
    }

    /**
     * Ends it once, whatever comes after. A connected MQTT 5 client is told the reason code if it
     * is one of an error and the end is the broker's doing.
     */
    private void end(Ending ending, int reasonCode, @Nullable String reason) {
        if (phase == Phase.ENDED) {
            return;
        }
        Phase was = phase;
        phase = Phase.ENDED;
        patience.stop();
        loop.connections().remove(this);
        shared.eventTopics().left(this);
        loop.counters().add(Counters.ended(ending), 1);
        if (was == Phase.CONNECTED && ending != Ending.CLIENT_DISCONNECT) {
            LastWords.disconnect(outbound, version, reasonCode, reason);
        }
        input.close();
        outbound.close();
        closeAfterLastWords();
        if (was == Phase.CONNECTED) {
            emit(closed(ending, reasonCode));
            detach(ending, reasonCode);
        }
    }

    private void closeAfterLastWords() {
        if (!channel.isOpen()) {
            return;
        }
        channel.config().setAutoRead(false);
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (channel.isOpen()) {
            // the client does not read: it gets some time, then no more
            var unused =
                    loop.executor()
                            .schedule(() -> channel.close(), LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void detach(Ending ending, int reasonCode) {
        Session of = session;
        Subscriber who = subscriber;
        if (of == null || who == null) {
            return;
        }
        who.gone();
        boolean takenBack = ending == Ending.CLIENT_DISCONNECT && reasonCode == ReasonCode.SUCCESS;
        loop.sessions().disconnected(of, peer, takenBack ? null : will);
    }

    private ConnectionEvent.Closed closed(Ending ending, int reasonCode) {
        return new ConnectionEvent.Closed(
                peer,
                ending,
                reasonCode,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - connectedNanos),
                decoder.packetsReceived(),
                outbound.packets(),
                receivedBytes,
                outbound.bytes());
    }

    void emit(Event event) {
        shared.events().emit(event);
    }

    boolean isConnected() {
        return phase == Phase.CONNECTED;
    }

    boolean wantsMore() {
        return phase == Phase.BEFORE_CONNECT || phase == Phase.CONNECTED;
    }

    long id() {
        return id;
    }

    Loop loop() {
        return loop;
    }

    Peer peer() {
        return peer;
    }

    MqttVersion version() {
        return version;
    }

    Outbound outbound() {
        return outbound;
    }

    /** When the packets being handled were read. */
    long readNanos() {
        return readNanos;
    }

    /** Null before the client was accepted. */
    @Nullable Session session() {
        return session;
    }
}
