package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Publishes the wills of clients that went without a word. Belongs to a loop. */
final class Wills {
    private final Loop loop;

    /** A will whose delay has begun. */
    record Pending(Connect.Will will, Peer peer, long dueMillis) {}

    Wills(Loop loop) {
        this.loop = loop;
    }

    /**
     * That of a session in the log goes there now, in front of what the log is told of the session
     * next: so it is published once, whenever the process may end. Any other as a task of its own:
     * a connection can break while a message is being delivered to it, and one publish must not
     * begin within another.
     */
    void publish(Pending pending, Session session) {
        Backlog backlog = session.backlog();
        if (backlog == null) {
            loop.executor().execute(() -> publish(pending));
            return;
        }
        Publication publication = loop.spare().of(message(pending.will()), null, null);
        try {
            put(publication, pending, MessageRecord.Effects.willOf(backlog.number()));
        } finally {
            publication.done();
        }
    }

    private void publish(Pending pending) {
        Publication publication = loop.publication().of(message(pending.will()), null, null);
        try {
            Route route = routeOf(publication, pending);
            boolean changesRetained = loop.retaining().flag(publication) != 0;
            if (changesRetained || publication.qos() > 0 && !route.kept().targets().isEmpty()) {
                put(publication, pending, MessageRecord.Effects.NONE);
            } else {
                reportPublished(pending, loop.router().publish(publication, route));
            }
        } finally {
            publication.done();
        }
    }

    private void put(Publication publication, Pending pending, MessageRecord.Effects effects) {
        Route route = routeOf(publication, pending);
        Publishing.Waiting waiting =
                new Publishing.Waiting() {
                    @Override
                    public void committed(long offset) {
                        reportPublished(pending, route.size());
                    }

                    @Override
                    public void refused(IOException why) {
                        loop.log().later(() -> again(pending, effects));
                    }
                };
        Logged.Taken taken =
                loop.logged().publish(publication, effects, route, pending.peer(), waiting);
        if (taken == Logged.Taken.RETAINED_FULL) {
            taken = loop.logged().publishUnretained(publication, effects, route, waiting);
        }
        if (taken == Logged.Taken.TOO_LARGE) {
            loop.shared()
                    .events()
                    .emit(
                            new MessageEvent.Rejected(
                                    pending.peer(),
                                    publication.topic(),
                                    0,
                                    StorageFault.tooLarge(publication.payloadLength())));
        }
    }

    private Route routeOf(Publication publication, Pending pending) {
        return loop.router().routeOf(publication, pending.peer().clientId());
    }

    private void again(Pending pending, MessageRecord.Effects effects) {
        Publication publication = loop.spare().of(message(pending.will()), null, null);
        try {
            put(publication, pending, effects);
        } finally {
            publication.done();
        }
    }

    private Message message(Connect.Will will) {
        return new Message(
                will.topic(),
                will.topic().getBytes(StandardCharsets.UTF_8),
                will.payload(),
                will.qos(),
                will.retain(),
                Message.expiresAtMillis(will.messageExpirySeconds(), loop.nowMillis()),
                will.properties(),
                System.nanoTime());
    }

    private void reportPublished(Pending pending, int deliveries) {
        Connect.Will will = pending.will();
        loop.shared()
                .events()
                .emit(
                        new MessageEvent.WillPublished(
                                pending.peer(), will.topic(), will.qos(), deliveries));
    }
}
