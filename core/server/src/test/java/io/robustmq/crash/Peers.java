package io.robustmq.crash;

import io.robustmq.crash.Out.Hello;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/** What the connections of a benchmark do. Message and session numbers begin at 0. */
final class Peers {
    private Peers() {}

    /** Begins a kept session with one subscription, and goes. */
    static final class Subscribe extends Peer {
        private final String id;
        private final String filter;

        Subscribe(String id, String filter) {
            this.id = id;
            this.filter = filter;
        }

        @Override
        void opened() {
            out.connect(id, Hello.KEPT).subscribe(1, filter, 1);
        }

        @Override
        void packet(Packet packet) {
            switch (packet.type()) {
                case Packet.CONNACK -> demand(packet.connackReason() == 0, "refused: " + id);
                case Packet.SUBACK -> {
                    demand(packet.code() == 1, "SUBACK " + packet.code());
                    out.disconnect();
                    isDone = true;
                }
                default -> throw new IllegalStateException("packet type " + packet.type());
            }
        }
    }

    /** A message to be sent. */
    record Message(String topic, byte[] payload) {}

    /** Publishes with QoS 1, a window of them on their way, as long as there are numbers. */
    static final class Publish extends Peer {
        private final String id;
        private final int window;
        private final LongSupplier numbers;
        private final LongFunction<Message> messages;
        private int onTheWay;
        private int lastPacketId;
        private boolean isDry;

        /**
         * @param numbers the next message's, negative when there are no more
         */
        Publish(String id, int window, LongSupplier numbers, LongFunction<Message> messages) {
            this.id = id;
            this.window = window;
            this.numbers = numbers;
            this.messages = messages;
        }

        @Override
        void opened() {
            out.connect(id, Hello.CLEAN);
        }

        @Override
        void packet(Packet packet) {
            if (packet.type() == Packet.CONNACK) {
                demand(packet.connackReason() == 0, "refused: " + id);
            } else {
                demand(packet.type() == Packet.PUBACK, "packet type " + packet.type());
                demand(packet.reason() < Packet.FAILURE, "PUBACK " + packet.reason());
                onTheWay--;
            }
        }

        @Override
        void afterRead() {
            while (!isDry && onTheWay < window) {
                long number = numbers.getAsLong();
                if (number < 0) {
                    isDry = true;
                } else {
                    lastPacketId = lastPacketId % 60_000 + 1;
                    Message message = messages.apply(number);
                    out.publish(message.topic(), message.payload(), 1, false, false, lastPacketId);
                    onTheWay++;
                }
            }
            if (isDry && onTheWay == 0 && !isDone) {
                out.disconnect();
                isDone = true;
            }
        }
    }

    /** Comes back for so many messages, each once, acknowledges them, and goes. */
    static final class Drain extends Peer {
        private final String id;
        private final long expected;
        private final Set<MessageId> received = new HashSet<>();

        Drain(String id, long expected) {
            this.id = id;
            this.expected = expected;
        }

        @Override
        void opened() {
            out.connect(id, Hello.KEPT);
        }

        @Override
        void packet(Packet packet) {
            if (packet.type() == Packet.CONNACK) {
                demand(packet.sessionPresent(), "the session is gone: " + id);
                return;
            }
            demand(packet.type() == Packet.PUBLISH, "packet type " + packet.type());
            Packet.Publish publish = packet.publish();
            MessageId message = MessageId.of(publish.payload());
            demand(message != null && received.add(message), "foreign, or twice: " + message);
            out.ack(Packet.PUBACK, publish.packetId());
            if (received.size() == expected) {
                out.disconnect();
                isDone = true;
            }
        }
    }
}
