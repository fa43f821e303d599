package io.robustmq.protocol;

/** Hands everything on, for a test to override what it looks at. */
class ForwardingHandler implements PacketHandler {
    private final PacketHandler next;

    ForwardingHandler(PacketHandler next) {
        this.next = next;
    }

    @Override
    public boolean wantsMore() {
        return next.wantsMore();
    }

    @Override
    public void connect(Connect connect) {
        next.connect(connect);
    }

    @Override
    public void publish(PublishPacket publish) {
        next.publish(publish);
    }

    @Override
    public void puback(int packetId, int reasonCode) {
        next.puback(packetId, reasonCode);
    }

    @Override
    public void pubrec(int packetId, int reasonCode) {
        next.pubrec(packetId, reasonCode);
    }

    @Override
    public void pubrel(int packetId, int reasonCode) {
        next.pubrel(packetId, reasonCode);
    }

    @Override
    public void pubcomp(int packetId, int reasonCode) {
        next.pubcomp(packetId, reasonCode);
    }

    @Override
    public void subscribe(Subscribe subscribe) {
        next.subscribe(subscribe);
    }

    @Override
    public void unsubscribe(Unsubscribe unsubscribe) {
        next.unsubscribe(unsubscribe);
    }

    @Override
    public void pingreq() {
        next.pingreq();
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        next.disconnect(disconnect);
    }

    @Override
    public void auth(Auth auth) {
        next.auth(auth);
    }
}
