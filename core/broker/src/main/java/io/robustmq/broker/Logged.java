package io.robustmq.broker;

import io.robustmq.telemetry.event.Peer;
import io.robustmq.telemetry.event.Tracing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages into the log: what they consist of, whom they are for, and what else happens with
 * them. Belongs to a loop.
 */
final class Logged {
    private final Loop loop;

    Logged(Loop loop) {
        this.loop = loop;
    }

    /** How it went at once; the rest is told to whoever waits. */
    enum Taken {
        YES,
        /** The retained messages are as many as they may be. */
        RETAINED_FULL,
        /** One record cannot hold it. */
        TOO_LARGE
    }

    /**
     * Hands a message to the log, and if it is to be retained to the retained messages too.
     *
     * @param effects what else is in its record
     * @param to whom it is delivered to once it is in the log
     * @param peer who published it, for events
     */
    Taken publish(
            Publication publication,
            MessageRecord.Effects effects,
            Route to,
            Peer peer,
            Publishing.Waiting waiting) {
        boolean isDelayed = (effects.flags() & MessageRecord.DELAYED) != 0;
        int flag = isDelayed ? 0 : loop.retaining().flag(publication);
        if (flag == 0) {
            return publishUnretained(publication, effects, to, waiting);
        }
        Route route = loop.router().andStoring(publication, to);
        byte[] record = record(publication, effects.and(flag), route);
        if (record == null) {
            return Taken.TOO_LARGE;
        }
        Together together = Together.of(waiting, route);
        Undoing undoing = new Undoing(publication.topic(), together == null ? waiting : together);
        Publishing entry = new Publishing(loop, record, content(publication), route, undoing);
        Tracing.PublishTrace trace = publication.trace();
        long began = trace == null ? 0 : System.nanoTime();
        RetainedStore.Change change = loop.retaining().retain(publication, peer, entry);
        if (trace != null) {
            trace.step(Tracing.Step.RETAIN, began, System.nanoTime());
        }
        undoing.change = change;
        if (change == null) {
            return Taken.RETAINED_FULL;
        }
        if (change.result() == RetainedStore.Result.OLDER) {
            // another home's counts; who subscribes gets it all the same
            if (to.size() > 0 || !effects.equals(MessageRecord.Effects.NONE)) {
                return publishUnretained(publication, effects, to, waiting);
            }
            loop.log().add(new Nothing(loop, waiting)); // that one may be on its way into the log
            return Taken.YES;
        }
        assigned(publication, route);
        if (together != null) {
            addSeconds(publication, effects, route, together);
        }
        return Taken.YES;
    }

    /** The same, and the retained messages stay as they are. */
    Taken publishUnretained(
            Publication publication,
            MessageRecord.Effects effects,
            Route route,
            Publishing.Waiting waiting) {
        byte[] record = record(publication, effects, route);
        if (record == null) {
            return Taken.TOO_LARGE;
        }
        Together together = Together.of(waiting, route);
        if (together != null) {
            // first: once the message itself is in the log its publisher does not send it again
            addSeconds(publication, effects, route, together);
        }
        assigned(publication, route);
        loop.log()
                .add(
                        new Publishing(
                                loop,
                                record,
                                content(publication),
                                route,
                                together == null ? waiting : together));
        return Taken.YES;
    }

    private static void assigned(Publication publication, Route route) {
        if (publication.qos() > 0) {
            route.assigned();
        }
    }

    /** What sessions get a second time, as members of groups. */
    private void addSeconds(
            Publication publication,
            MessageRecord.Effects effects,
            Route route,
            Together together) {
        MessageRecord.Effects none = MessageRecord.Effects.of(0, effects.traceparent());
        for (Route second : route.also()) {
            byte[] record = record(publication, none, second);
            if (record == null) {
                together.refused(
                        new IOException(StorageFault.tooLarge(publication.payloadLength())));
            } else {
                assigned(publication, second);
                loop.log()
                        .add(new Publishing(loop, record, content(publication), second, together));
            }
        }
    }

    /** One message that is several records: told when all are in the log, or one is not. */
    private static final class Together implements Publishing.Waiting {
        private final Publishing.Waiting next;
        private int left;
        private long last;
        private @Nullable IOException failure;

        private Together(Publishing.Waiting next, int records) {
            this.next = next;
            this.left = records;
        }

        /** Null if it is one. */
        static @Nullable Together of(Publishing.Waiting next, Route route) {
            int seconds = route.also().length;
            return seconds == 0 ? null : new Together(next, 1 + seconds);
        }

        @Override
        public void committed(long offset) {
            last = offset;
            told();
        }

        @Override
        public void refused(IOException why) {
            failure = why;
            told();
        }

        private void told() {
            left--;
            if (left == 0) {
                IOException why = failure;
                if (why == null) {
                    next.committed(last);
                } else {
                    next.refused(why);
                }
            }
        }
    }

    /**
     * Writes a retained message anew, at the end of the log; the store's lock is held, so no change
     * of the topic comes in between.
     */
    void rewrite(Message message) {
        Publication publication = loop.spare().of(message, null, null);
        try {
            Route nobody = Route.nobody(loop.loops());
            MessageRecord.Effects store = MessageRecord.Effects.of(MessageRecord.STORE, null);
            byte[] record = record(publication, store, nobody);
            if (record != null) {
                Placed placed = new Placed(message);
                loop.log()
                        .addAtOnce(
                                new Publishing(loop, record, content(publication), nobody, placed));
            }
        } finally {
            publication.done();
        }
    }

    /**
     * Writes that a message of the log that cannot be read any more is not needed: or else its
     * place would be kept for ever.
     *
     * @param what it was: a retained one is cleared, a delayed one is due
     */
    void lost(String topic, MessageRecord.Effects what) {
        byte[] utf8 = topic.getBytes(StandardCharsets.UTF_8);
        Message nothing =
                new Message(topic, utf8, new byte[0], 0, false, Message.NEVER, new byte[0], 0);
        Publication publication = loop.spare().of(nothing, null, null);
        try {
            var unused =
                    publishUnretained(
                            publication,
                            what,
                            Route.nobody(loop.loops()),
                            new Publishing.Waiting() {
                                @Override
                                public void committed(long offset) {}

                                @Override
                                public void refused(IOException why) {
                                    loop.log().later(() -> lost(topic, what));
                                }
                            });
        } finally {
            publication.done();
        }
    }

    private static byte @Nullable [] record(
            Publication publication, MessageRecord.Effects effects, Route route) {
        byte[] targets =
                route.kept()
                        .encoded(publication.qos(), publication.retain(), publication.publisher());
        byte[] record =
                MessageRecord.encode(
                        publication.topicUtf8(),
                        publication.qos(),
                        publication.retain(),
                        publication.expiresAtMillis(),
                        publication.properties(),
                        targets,
                        publication.payloadLength(),
                        effects,
                        publication.stamp());
        if (record == null) {
            return null;
        }
        publication.copyPayload(record, record.length - publication.payloadLength());
        return record;
    }

    private static Publishing.Content content(Publication publication) {
        return new Publishing.Content(
                publication.topic(),
                publication.topicUtf8(),
                publication.qos(),
                publication.retain(),
                publication.expiresAtMillis(),
                publication.properties(),
                publication.payloadLength(),
                publication.receivedNanos(),
                publication.publisher(),
                publication.trace(),
                publication.stamp());
    }

    /** There is nothing to write, but to wait for what came before. */
    private static final class Nothing extends LogEntry {
        private final Publishing.Waiting waiting;

        Nothing(Loop loop, Publishing.Waiting waiting) {
            super(loop, SessionRecord.NOTHING.encoded());
            this.waiting = waiting;
        }

        @Override
        void committed() {
            waiting.committed(offset());
        }

        @Override
        void refused(IOException why) {
            waiting.refused(why);
        }
    }

    /** The retained message is where the log says, or is not there if the log did not take it. */
    private final class Undoing implements Publishing.Waiting {
        private final String topic;
        private final Publishing.Waiting next;
        private RetainedStore.@Nullable Change change;

        Undoing(String topic, Publishing.Waiting next) {
            this.topic = topic;
            this.next = next;
        }

        @Override
        public void committed(long offset) {
            RetainedStore.Change made = change;
            if (made != null && made.result() == RetainedStore.Result.DONE) {
                loop.shared().retained().settled(topic, made, offset);
            }
            next.committed(offset);
        }

        @Override
        public void refused(IOException why) {
            RetainedStore.Change made = change;
            if (made != null && made.result() == RetainedStore.Result.DONE) {
                loop.shared().retained().undo(topic, made);
            }
            next.refused(why);
        }
    }

    /** A retained message at its new place; if that was refused it is at the old one. */
    private final class Placed implements Publishing.Waiting {
        private final Message message;

        Placed(Message message) {
            this.message = message;
        }

        @Override
        public void committed(long offset) {
            loop.shared().retained().isAt(message, offset);
        }

        @Override
        public void refused(IOException why) {}
    }
}
