package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import org.jspecify.annotations.Nullable;

/** What a publish with the retain flag does to the retained messages, and its events. */
final class Retaining {
    private final Loop loop;
    private final RetainedStore store;

    /** With other homes: then what changes it has a stamp. */
    private final boolean isShared;

    Retaining(Loop loop) {
        this.loop = loop;
        this.store = loop.shared().retained();
        this.isShared = loop.shared().cluster() != null;
    }

    /** What the record of such a publish says: {@link MessageRecord#STORE}, CLEAR or neither. */
    int flag(Publication publication) {
        boolean isStamped = publication.stamp() != null;
        if (!publication.retain() || isShared && !isStamped) {
            return 0;
        }
        if (publication.payloadLength() > 0) {
            return MessageRecord.STORE;
        }
        // other homes may have one, or this one may get an older one yet
        return isStamped || store.has(publication.topic()) ? MessageRecord.CLEAR : 0;
    }

    /**
     * Stores the message, or with an empty payload clears what is there [MQTT-3.3.1-6], and hands
     * the record to the log.
     *
     * @return null if it was refused because the store is full; then nothing was handed over
     */
    RetainedStore.@Nullable Change retain(Publication publication, Peer peer, LogEntry entry) {
        String topic = publication.topic();
        if (publication.payloadLength() == 0) {
            RetainedStore.Change change =
                    store.clear(topic, publication.stamp(), () -> loop.log().addAtOnce(entry));
            if (change.result() == RetainedStore.Result.NOTHING) {
                loop.log().add(entry);
            } else if (change.result() == RetainedStore.Result.OLDER) {
                return change;
            } else if (loop.samplers().retainedCleared.take(publication.trace() != null)
                    || loop.shared().isTraced(peer, topic)) {
                loop.shared().events().emit(new MessageEvent.RetainedCleared(peer, topic));
            }
            return change;
        }
        if (TopicLevels.count(topic) <= TopicLevels.MAX) {
            RetainedStore.Change change =
                    store.store(publication.message(), () -> loop.log().addAtOnce(entry));
            if (change.result() == RetainedStore.Result.OLDER) {
                return change;
            }
            if (change.result() == RetainedStore.Result.DONE) {
                if (loop.samplers().retainedStored.take(publication.trace() != null)
                        || loop.shared().isTraced(peer, topic)) {
                    loop.shared()
                            .events()
                            .emit(
                                    new MessageEvent.RetainedStored(
                                            peer, topic, publication.payloadLength()));
                }
                return change;
            }
        }
        loop.shared()
                .events()
                .emit(new MessageEvent.RetainedRefused(peer, topic, store.count(), store.bytes()));
        return null;
    }
}
