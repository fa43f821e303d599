package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection between brokers until both know what it is for: who dials says so in a
 * {@link Preface}, who is dialed answers. What comes behind it is MQTT's. Belongs to the channel's
 * loop.
 */
final class Meeting extends ByteToMessageDecoder {
    private static final long WITHIN_MILLIS = 2000;
    private static final int BYTES = 1024;

    private final Peers peers;

    /** What it was dialed for; null at the other end. */
    private final @Nullable Dialed dialed;

    private boolean over;

    /** What is read from now on is not for this. */
    private boolean served;

    /** What a connection is wanted for. On the channel's loop. */
    interface Dialed {
        Preface preface();

        /** Where it leads to. */
        InetSocketAddress address();

        /** What follows is the caller's; nothing is read before. */
        void welcomed(Channel channel);

        /**
         * @param byWord the other end said so
         */
        void notReached(String why, boolean byWord);
    }

    Meeting(Peers peers, @Nullable Dialed dialed) {
        this.peers = peers;
        this.dialed = dialed;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Channel channel = ctx.channel();
        var unused =
                channel.eventLoop()
                        .schedule(
                                () -> {
                                    if (channel.isOpen()) { // else that it is not was told
                                        failed(ctx, "no word within " + WITHIN_MILLIS + " ms");
                                    }
                                },
                                WITHIN_MILLIS,
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (dialed != null) {
            ByteBuf out = ctx.alloc().buffer(BYTES);
            dialed.preface().write(out);
            ctx.writeAndFlush(out, ctx.voidPromise());
        }
        ctx.fireChannelActive();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (served) {
            return; // it stays for who comes after this
        }
        if (over) {
            in.skipBytes(in.readableBytes());
        } else if (dialed != null) {
            answered(ctx, in, dialed);
        } else {
            asked(ctx, in);
        }
    }

    private void answered(ChannelHandlerContext ctx, ByteBuf in, Dialed link) {
        Preface.Answer answer = Preface.readAnswer(in);
        if (answer == null) {
            return;
        }
        over = true;
        if (answer.status() == Preface.Status.WELCOME) {
            serve(ctx, link::welcomed);
        } else {
            link.notReached(answer.status() + ": " + answer.detail(), true);
            ctx.close();
        }
    }

    private void asked(ChannelHandlerContext ctx, ByteBuf in) {
        switch (Preface.read(in)) {
            case Preface.Part part -> {}
            case Preface.Wrong(Preface.Status status, String detail) ->
                    refuse(ctx, "", status, detail);
            case Preface.Whole(Preface preface) -> {
                if (!preface.wanted().equals(peers.home())) {
                    refuse(
                            ctx,
                            preface.asking(),
                            Preface.Status.WRONG_HOME,
                            "wanted is " + preface.wanted() + ", served here is " + peers.home());
                } else if (preface.kind() == Preface.TUNNEL) {
                    over = true;
                    answer(ctx, Preface.Status.WELCOME, "");
                    serve(ctx, peers::takeClient);
                } else {
                    welcome(ctx, preface.asking());
                }
            }
        }
    }

    private void welcome(ChannelHandlerContext ctx, String asking) {
        PeerLink link = peers.find(asking);
        if (link == null) {
            refuse(
                    ctx,
                    asking,
                    Preface.Status.STRANGER,
                    "home " + asking + " is not one that " + peers.home() + " was told of");
            return;
        }
        over = true;
        answer(ctx, Preface.Status.WELCOME, "");
        serve(ctx, link::welcomed);
    }

    /** Removing this hands on what came behind the preface. */
    private void serve(ChannelHandlerContext ctx, Consumer<Channel> server) {
        served = true;
        Channel channel = ctx.channel();
        channel.eventLoop()
                .execute(() -> {
                    if (channel.isActive()) {
                        server.accept(channel);
                        channel.pipeline().remove(this);
                    } else if (dialed != null) {
                        dialed.notReached("it hung up", false);
                    }
                });
        channel.config().setAutoRead(false);
    }

    private void refuse(
            ChannelHandlerContext ctx,
            String asking,
            Preface.@Nullable Status status,
            String detail) {
        over = true;
        peers.refused(asking, ctx.channel().remoteAddress(), detail);
        if (status == null) {
            ctx.close();
        } else {
            answer(ctx, status, detail).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static ChannelFuture answer(
            ChannelHandlerContext ctx, Preface.Status status, String detail) {
        ByteBuf out = ctx.alloc().buffer(BYTES);
        Preface.answer(out, status, detail);
        return ctx.writeAndFlush(out);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        failed(ctx, "it hung up");
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(ctx, String.valueOf(cause.getMessage()));
    }

    private void failed(ChannelHandlerContext ctx, String why) {
        if (over) {
            return;
        }
        over = true;
        if (dialed != null) {
            dialed.notReached(why, false);
        } else {
            peers.refused("", ctx.channel().remoteAddress(), why);
        }
        ctx.close();
    }
}
