package io.robustmq.protocol;

/**
 * What {@link PacketDecoder} calls, packet by packet, on the caller's thread. PUBLISH and
 * acknowledgements make no objects: their arguments are valid only during the call. A handler that
 * wants the decoder to stop makes {@link #wantsMore} answer false.
 */
public interface PacketHandler {
    /**
     * Asked after each packet; false stops the decoder, and the rest of the bytes stay in the
     * buffer for a later call.
     */
    boolean wantsMore();

    void connect(Connect connect);

    void publish(PublishPacket publish);

    void puback(int packetId, int reasonCode);

    void pubrec(int packetId, int reasonCode);

    void pubrel(int packetId, int reasonCode);

    void pubcomp(int packetId, int reasonCode);

    void subscribe(Subscribe subscribe);

    void unsubscribe(Unsubscribe unsubscribe);

    void pingreq();

    /**
     * SUBACK or UNSUBACK, which only a peer sends.
     *
     * @param reasonCode the greatest of its reason codes
     */
    default void subscribed(int packetId, int reasonCode) {
        throw new IllegalStateException("a client's decoder lets no SUBACK through");
    }

    void disconnect(Disconnect disconnect);

    /** AUTH, which is valid only with enhanced authentication (MQTT 5, 4.12). */
    void auth(Auth auth);
}
