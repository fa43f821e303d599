package io.robustmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What servers say to each other; a client may say none of it. */
class PeerCodecTest {
    private static final PacketLimits LIMITS = PacketLimits.of(1 << 20, 10);

    private final List<Object> got = new ArrayList<>();

    private @Nullable Violation decoded(ByteBuf bytes) {
        return PacketDecoder.ofPeer(LIMITS)
                .decode(
                        bytes,
                        new ForwardingHandler(new Received()) {
                            @Override
                            public void subscribe(Subscribe subscribe) {
                                got.add(subscribe);
                            }

                            @Override
                            public void unsubscribe(Unsubscribe unsubscribe) {
                                got.add(unsubscribe);
                            }

                            @Override
                            public void subscribed(int packetId, int reasonCode) {
                                got.add(packetId + " " + reasonCode);
                            }

                            @Override
                            public void publish(PublishPacket publish) {
                                got.add(publish.subscriptionIdentifier());
                                got.add(publish.userProperty("k"));
                                got.add(publish.forwardedProperties());
                            }
                        });
    }

    @Test
    void subscriptions_come_with_their_identifier_and_user_properties() {
        ByteBuf bytes = Unpooled.buffer();
        List<UserProperty> properties = List.of(new UserProperty("version", "7"));
        List<Subscribe.Filter> filters = List.of(new Subscribe.Filter("a/#", 2, false, true, 2));
        PeerEncoder.subscribe(bytes, 5, 300, properties, filters);
        PeerEncoder.unsubscribe(bytes, 6, properties, List.of("a/#", "b"));
        PeerEncoder.pingreq(bytes);
        assertThat(decoded(bytes)).isNull();
        assertThat(got)
                .containsExactly(
                        new Subscribe(5, 300, filters, properties),
                        new Unsubscribe(6, List.of("a/#", "b"), properties));
    }

    @Test
    void answers_come_with_the_greatest_of_their_reason_codes() {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.suback(bytes, MqttVersion.V5, 1, new int[] {0, 0x87, 2}, "why");
        PacketEncoder.unsuback(bytes, MqttVersion.V5, 2, new int[] {0, 0x11}, null);
        assertThat(decoded(bytes)).isNull();
        assertThat(got).containsExactly("1 135", "2 17");
    }

    @Test
    void a_message_says_whom_it_is_for_and_that_is_not_handed_on() {
        byte[] own = PeerEncoder.userProperty("k", "v");
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.publishHeader(
                bytes,
                MqttVersion.V5,
                "t".getBytes(StandardCharsets.UTF_8),
                0,
                false,
                false,
                0,
                3,
                60,
                new int[] {200},
                own,
                null,
                0);
        assertThat(decoded(bytes)).isNull();
        assertThat(got).containsExactly(200, "v", own);
    }
}
