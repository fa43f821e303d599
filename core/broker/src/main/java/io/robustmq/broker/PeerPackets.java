package io.robustmq.broker;

import io.robustmq.protocol.Auth;
import io.robustmq.protocol.Connect;
import io.robustmq.protocol.Disconnect;
import io.robustmq.protocol.PacketHandler;
import io.robustmq.protocol.PublishPacket;
import io.robustmq.protocol.Subscribe;
import io.robustmq.protocol.Unsubscribe;

/**
 * What the packets of another home do: acknowledgements what a client's do, the rest its own way.
 */
final class PeerPackets implements PacketHandler {
    private final ClientPackets client;
    private final PeerLink link;
    private final PeerPublisher publisher;

    PeerPackets(Connection connection, ClientPackets client, PeerLink link) {
        this.client = client;
        this.link = link;
        this.publisher = new PeerPublisher(connection, link);
    }

    @Override
    public boolean wantsMore() {
        return client.wantsMore();
    }

    @Override
    public void publish(PublishPacket packet) {
        if (packet.subscriptionIdentifier() != Cluster.TALK) {
            publisher.publish(packet);
            return;
        }
        PeerTalk talk = PeerTalk.of(packet);
        if (talk != null) {
            link.told(talk);
        }
    }

    @Override
    public void puback(int packetId, int reasonCode) {
        client.puback(packetId, reasonCode);
    }

    @Override
    public void pubrec(int packetId, int reasonCode) {
        client.pubrec(packetId, reasonCode);
    }

    @Override
    public void pubrel(int packetId, int reasonCode) {
        client.pubrel(packetId, reasonCode);
    }

    @Override
    public void pubcomp(int packetId, int reasonCode) {
        client.pubcomp(packetId, reasonCode);
    }

    @Override
    public void subscribe(Subscribe subscribe) {
        link.routesIn().subscribe(subscribe);
    }

    @Override
    public void unsubscribe(Unsubscribe unsubscribe) {
        link.routesIn().unsubscribe(unsubscribe);
    }

    @Override
    public void subscribed(int packetId, int reasonCode) {
        link.routesTaken();
    }

    /** That it came is all that it says. */
    @Override
    public void pingreq() {}

    @Override
    public void connect(Connect connect) {
        throw new IllegalStateException("a peer's decoder lets no CONNECT through");
    }

    @Override
    public void disconnect(Disconnect disconnect) {
        client.disconnect(disconnect);
    }

    @Override
    public void auth(Auth auth) {
        throw new IllegalStateException("a peer's decoder lets no AUTH through");
    }
}
