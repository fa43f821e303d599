package io.robustmq.broker;

import io.netty.buffer.ByteBuf;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.PacketEncoder;
import io.robustmq.protocol.PacketType;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** PUBACK and PUBREC to one connection's PUBLISH packets, each in its turn ({@link Answers}). */
final class PublishAnswers {
    private final Connection connection;
    private final PublishEvents events;

    PublishAnswers(Connection connection, PublishEvents events) {
        this.connection = connection;
        this.events = events;
    }

    static int code(int deliveries) {
        return deliveries == 0 ? ReasonCode.NO_MATCHING_SUBSCRIBERS : ReasonCode.SUCCESS;
    }

    /** The answer is known: it is given now if none waits. */
    void known(Session session, int qos, int packetId, int reasonCode) {
        known(session, qos, packetId, reasonCode, null);
    }

    /**
     * @param reason what an MQTT 5 client is told of it in words
     */
    void known(Session session, int qos, int packetId, int reasonCode, @Nullable String reason) {
        if (session.answers().isEmpty()) {
            write(qos, packetId, reasonCode, reason, connection.readNanos());
            return;
        }
        long receivedNanos = connection.readNanos();
        session.answers()
                .add(
                        new Answers.Answer(true) {
                            @Override
                            void give() {
                                write(qos, packetId, reasonCode, reason, receivedNanos);
                            }
                        });
    }

    /** A QoS 2 message sent again: the same answer as the first time, and not before that. */
    void repeated(Session session, int packetId) {
        if (session.answers().isEmpty()) {
            write(2, packetId, ReasonCode.SUCCESS, null, connection.readNanos());
            return;
        }
        long receivedNanos = connection.readNanos();
        session.answers()
                .add(
                        new Answers.Answer(true) {
                            @Override
                            void give() {
                                // refused meanwhile: then the client sends it once more
                                if (session.received().has(packetId)) {
                                    write(2, packetId, ReasonCode.SUCCESS, null, receivedNanos);
                                }
                            }
                        });
    }

    /** A message that is handed to the log: the answer comes when that has it. */
    InLog inLog(Publication publication, int packetId, Session session, int deliveries) {
        return new InLog(publication, packetId, session, deliveries);
    }

    private void write(
            int qos, int packetId, int reasonCode, @Nullable String reason, long receivedNanos) {
        if (!connection.isConnected()) {
            return;
        }
        if (connection.link() == null) {
            connection.loop().measures().latencies().acknowledged(qos, receivedNanos);
        }
        PacketType type = qos == 1 ? PacketType.PUBACK : PacketType.PUBREC;
        if (reason != null) {
            acknowledge(connection, type, packetId, reasonCode, reason);
            return;
        }
        told(connection, type, reasonCode);
        ByteBuf ack = connection.outbound().packet(type, ClientPackets.ACK_BYTES);
        PacketEncoder.acknowledge(ack, type, connection.version(), packetId, reasonCode);
    }

    /** With a reason string, where the client may be told one. */
    static void acknowledge(
            Connection connection, PacketType type, int packetId, int reasonCode, String reason) {
        told(connection, type, reasonCode);
        ByteBuf out = connection.outbound().packet(type, ReasonStrings.PACKET_BYTES);
        String text = connection.reasonStrings().answer(reason, ClientPackets.ACK_BYTES);
        if (text == null) {
            PacketEncoder.acknowledge(out, type, connection.version(), packetId, reasonCode);
        } else {
            PacketEncoder.acknowledge(out, type, packetId, reasonCode, text);
        }
    }

    private static void told(Connection connection, PacketType type, int reasonCode) {
        ReasonedPacket packet = ReasonedPacket.sent(type);
        if (packet != null) {
            connection.traffic().told(packet, reasonCode);
        }
    }

    /** One message on its way into the log; of QoS 0 too, then there is nothing to answer. */
    final class InLog extends Answers.Answer implements Publishing.Waiting {
        private final String topic;
        private final int qos;
        private final boolean retain;
        private final int payloadLength;
        private final int packetId;
        private final Session session;
        private final Tracing.@Nullable PublishTrace trace;
        private final long receivedNanos;
        private final int deliveries;
        private int reasonCode;
        private @Nullable String reason;

        private InLog(Publication publication, int packetId, Session session, int deliveries) {
            super(false);
            this.topic = publication.topic();
            this.qos = publication.qos();
            this.retain = publication.retain();
            this.payloadLength = publication.payloadLength();
            this.packetId = packetId;
            this.session = session;
            this.trace = publication.trace();
            this.receivedNanos = publication.receivedNanos();
            this.deliveries = deliveries;
        }

        @Override
        public void committed(long offset) {
            if (trace != null) {
                trace.routed(deliveries, System.nanoTime());
            }
            if (qos > 0) {
                reasonCode = code(deliveries);
                session.answers().ready(this);
            }
            events.published(topic, qos, retain, payloadLength, deliveries, trace);
        }

        @Override
        public void refused(IOException why) {
            reasonCode = StorageFault.reasonCode(why);
            reason = StorageFault.detail(why);
            events.rejected(topic, reasonCode, StorageFault.detail(why), trace);
            if (qos == 2) {
                session.received().remove(packetId);
            }
            if (qos > 0) {
                session.answers().ready(this);
            }
        }

        @Override
        void give() {
            // another home keeps what it has no answer to, as a 3.1.1 client does
            boolean isTold = connection.version() == MqttVersion.V5 && connection.link() == null;
            if (reasonCode < 0x80 || isTold) {
                write(qos, packetId, reasonCode, reason, receivedNanos);
            } else {
                // without an answer the client keeps it, and sends it again [MQTT-4.4.0-1]
                connection.end(Ending.STORAGE_UNAVAILABLE, reasonCode);
            }
        }
    }
}
