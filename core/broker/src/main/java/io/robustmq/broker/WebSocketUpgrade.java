package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.robustmq.telemetry.event.ConnectionEvent.Stage;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the HTTP request that asks for WebSocket, and answers it. Whoever wants something else
 * is told what is here.
 */
final class WebSocketUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
    /** {@code mqttv3.1} is what clients of MQTT 3.1 offer. */
    private static final Set<String> SUBPROTOCOLS = Set.of("mqtt", "mqttv3.1");

    private static final int MAX_BODY_BYTES = 1024;

    private final Arriving arriving;
    private final WebSocketSettings settings;

    private WebSocketUpgrade(Arriving arriving, WebSocketSettings settings) {
        this.arriving = arriving;
        this.settings = settings;
    }

    static void expect(Arriving arriving, WebSocketSettings settings) {
        WebSocketUpgrade handler = new WebSocketUpgrade(arriving, settings);
        arriving.channel()
                .pipeline()
                .addLast(new HttpServerCodec(), new HttpObjectAggregator(MAX_BODY_BYTES), handler);
        arriving.limit(handler, Stage.WEBSOCKET, settings.handshakeTimeout().toMillis());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            refuse(ctx, HttpResponseStatus.BAD_REQUEST, "this is not HTTP/1.1");
        } else if (!new QueryStringDecoder(request.uri()).path().equals(settings.path())) {
            refuse(
                    ctx,
                    HttpResponseStatus.NOT_FOUND,
                    "MQTT over WebSocket is at " + settings.path());
        } else if (!isUpgrade(request)) {
            refuse(
                    ctx,
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "here is MQTT over WebSocket, not a web page");
        } else {
            upgrade(ctx, request);
        }
    }

    private static boolean isUpgrade(FullHttpRequest request) {
        return HttpMethod.GET.equals(request.method())
                && request.headers()
                        .containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                && request.headers()
                        .containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    }

    private void upgrade(ChannelHandlerContext ctx, FullHttpRequest request) {
        String subprotocol = subprotocol(request);
        if (subprotocol == null) {
            refuse(
                    ctx,
                    HttpResponseStatus.BAD_REQUEST,
                    "the client must offer the subprotocol mqtt [MQTT-6.0.0-3]");
            return;
        }
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory(
                                null,
                                subprotocol,
                                WebSocketDecoderConfig.newBuilder()
                                        .allowExtensions(false)
                                        .maxFramePayloadLength(settings.maxFrameBytes())
                                        .withUTF8Validator(false)
                                        .closeOnProtocolViolation(false)
                                        .build())
                        .newHandshaker(request);
        if (handshaker == null) {
            refuse(
                    ctx,
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "the version of WebSocket must be " + WebSocketVersion.V13.toHttpHeaderValue());
            return;
        }
        handshaker.handshake(ctx.channel(), request);
        arriving.serveWebSocket();
        ctx.pipeline().remove(this);
    }

    private static @Nullable String subprotocol(FullHttpRequest request) {
        for (String header : request.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) {
            for (String offered : header.split(",", -1)) {
                if (SUBPROTOCOLS.contains(offered.strip())) {
                    return offered.strip();
                }
            }
        }
        return null;
    }

    private void refuse(ChannelHandlerContext ctx, HttpResponseStatus status, String why) {
        arriving.refused(Stage.WEBSOCKET, status.code() + ": " + why);
        ByteBuf body = Unpooled.copiedBuffer(why + "\n", StandardCharsets.UTF_8);
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(
                            HttpHeaderNames.SEC_WEBSOCKET_VERSION,
                            WebSocketVersion.V13.toHttpHeaderValue());
        }
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        arriving.failed(Stage.WEBSOCKET, String.valueOf(cause.getMessage()));
    }
}
