package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;

/** What a publish with the retain flag does to the retained messages, and its events. */
final class Retaining {
    private final Loop loop;
    private final RetainedStore store;

    Retaining(Loop loop) {
        this.loop = loop;
        this.store = loop.shared().retained();
    }

    /**
     * Stores the message, or with an empty payload clears what is there [MQTT-3.3.1-6].
     *
     * @return false if it was refused because the store is full
     */
    boolean retain(Publication publication, Peer peer) {
        String topic = publication.topic();
        boolean traced = publication.trace() != null;
        if (publication.payloadLength() == 0) {
            if (store.clear(topic) && loop.samplers().retainedCleared.take(traced)) {
                loop.shared().events().emit(new MessageEvent.RetainedCleared(peer, topic));
            }
            return true;
        }
        boolean fits = TopicLevels.count(topic) <= TopicLevels.MAX;
        if (!fits || store.store(publication.message()) == RetainedStore.Stored.FULL) {
            loop.shared()
                    .events()
                    .emit(
                            new MessageEvent.RetainedRefused(
                                    peer, topic, store.count(), store.bytes()));
            return false;
        }
        if (loop.samplers().retainedStored.take(traced)) {
            loop.shared()
                    .events()
                    .emit(
                            new MessageEvent.RetainedStored(
                                    peer, topic, publication.payloadLength()));
        }
        return true;
    }
}
