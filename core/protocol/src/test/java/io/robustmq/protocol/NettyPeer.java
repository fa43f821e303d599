package io.robustmq.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * Netty's codec for one connection, at either end. It learns the version from the CONNECT it sees.
 */
final class NettyPeer implements AutoCloseable {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_CLIENT_ID = 65_535;

    private final EmbeddedChannel channel =
            new EmbeddedChannel(
                    MqttEncoder.INSTANCE, new MqttDecoder(MAX_BYTES, MAX_CLIENT_ID, true));

    byte[] encode(MqttMessage message) {
        channel.writeOutbound(message);
        ByteBuf all = Unpooled.buffer();
        while (channel.readOutbound() instanceof ByteBuf part) {
            all.writeBytes(part);
            part.release();
        }
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    /** Every message until the first that Netty refuses, which is the last. */
    List<MqttMessage> decode(byte[] bytes) {
        channel.writeInbound(Unpooled.wrappedBuffer(bytes));
        List<MqttMessage> messages = new ArrayList<>();
        while (channel.readInbound() instanceof MqttMessage message) {
            messages.add(message);
            if (message.decoderResult().isFailure()) {
                break;
            }
        }
        return messages;
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
    }
}
