package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.robustmq.telemetry.event.ConnectionEvent;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.Peer;
import java.io.IOException;
import java.util.List;
import java.util.function.BiFunction;

/**
 * The begin of a connection by which another broker hands a client on: reads the {@link
 * TunnelHeader}, and makes a {@link Connection} of it.
 */
final class TunnelEntrance extends ByteToMessageDecoder {
    private final BiFunction<ChannelHandlerContext, TunnelHeader, Connection> connections;
    private final Shared shared;

    /**
     * @param connections makes one on the channel's loop
     */
    TunnelEntrance(
            Shared shared,
            BiFunction<ChannelHandlerContext, TunnelHeader, Connection> connections) {
        this.shared = shared;
        this.connections = connections;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (in.readableBytes() < TunnelHeader.LENGTH_BYTES) {
            return;
        }
        int length = in.getInt(in.readerIndex());
        if (length < 0 || length > TunnelHeader.MAX_BYTES) {
            wrong(ctx, in, new IOException("a header of " + length + " bytes"));
            return;
        }
        if (in.readableBytes() < TunnelHeader.LENGTH_BYTES + length) {
            return;
        }
        in.skipBytes(TunnelHeader.LENGTH_BYTES);
        TunnelHeader header;
        try {
            header = TunnelHeader.read(in, length, ctx.channel().remoteAddress());
        } catch (IOException malformed) {
            wrong(ctx, in, malformed);
            return;
        }
        Connection connection = connections.apply(ctx, header);
        connection.handedOnBy(header);
        ctx.pipeline().addLast(connection);
        connection.begin();
        ctx.pipeline().remove(this); // what else was read goes to the connection
    }

    private void wrong(ChannelHandlerContext ctx, ByteBuf in, IOException why) {
        in.skipBytes(in.readableBytes());
        Peer from = new Peer("mqtt", 0, "", Addresses.text(ctx.channel().remoteAddress()));
        shared.events().emit(new ConnectionEvent.IoFailed(from, Failure.of(why)));
        ctx.close();
    }
}
