package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The retained messages that a new subscription gets. Belongs to the connection's loop. */
final class RetainedForNew {
    private final Connection connection;
    private final Shared shared;

    RetainedForNew(Connection connection) {
        this.connection = connection;
        this.shared = connection.loop().shared();
    }

    /**
     * After the subscription is made: a message in between is sent twice, never missed.
     *
     * @return how many
     */
    int send(Subscription subscription, Session session) {
        List<Message> retained = matching(subscription.filter());
        int[] ids = subscription.identifiers();
        for (Message message : retained) {
            int qos = Math.min(message.qos(), subscription.qos());
            if (qos > 0 && session.backlog() != null) {
                keep(message, session, qos, ids);
            } else {
                session.deliver(new Delivery(message, qos, true, ids, false));
            }
        }
        return retained.size();
    }

    private List<Message> matching(String filter) {
        if (TopicLevels.isShared(filter)) {
            return List.of(); // MQTT 5, 4.8.2
        }
        List<Message> retained = new ArrayList<>();
        String topics = FilterForm.of(filter).topics();
        shared.retained().match(topics, connection.loop().nowMillis(), retained);
        SysTopics sys = shared.eventTopics().sys();
        if (sys != null) {
            sys.match(topics, retained);
        }
        return retained;
    }

    /** A retained message that the session must not lose before it is acknowledged. */
    private void keep(Message message, Session session, int qos, int[] ids) {
        Loop loop = connection.loop();
        Publication publication = loop.spare().of(message.retained(qos), null, null);
        try {
            Route route =
                    Route.to(new Route.Target(session, qos, true, ids, null, null), loop.loops());
            Publishing.Waiting dropped =
                    new Publishing.Waiting() {
                        @Override
                        public void committed(long offset) {}

                        @Override
                        public void refused(IOException why) {
                            session.dropped(
                                    Hindsight.Ended.of(message),
                                    qos,
                                    MessageEvent.DropReason.NOT_STORED);
                        }
                    };
            MessageRecord.Effects effects = MessageRecord.Effects.NONE;
            Logged.Taken taken =
                    loop.logged().publishUnretained(publication, effects, route, dropped);
            if (taken != Logged.Taken.YES) {
                session.dropped(
                        Hindsight.Ended.of(message), qos, MessageEvent.DropReason.NOT_STORED);
            }
        } finally {
            publication.done();
        }
    }
}
