package io.robustmq.broker;

import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Topics;
import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.telemetry.event.Peer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages published to {@code $delayed/<seconds>/<topic>}: kept in the log, and published to the
 * topic when their time has come, to those who subscribe to it then. In memory there is only when
 * which is due. Belongs to a loop.
 *
 * <p>Bound: {@code maxDelayedMessages} of the whole broker.
 */
final class Delayed {
    static final String PREFIX = "$delayed/";

    /** As for a session's expiry: more than a hundred years. */
    private static final long MAX_SECONDS = 0xFFFF_FFFFL;

    private static final int MAX_DIGITS = 10;
    private static final int MAX_SHOWN = 20;

    /** Who published it is not kept. */
    private static final Peer NOBODY = new Peer("", 0, "", "");

    sealed interface Outcome {}

    /** The rest is told to whoever waits. */
    record Taken() implements Outcome {}

    record Refused(int reasonCode, String detail) implements Outcome {}

    private record Due(long dueMillis, long offset) {}

    private final Loop loop;
    private final TreeSet<Due> queue =
            new TreeSet<>(Comparator.comparingLong(Due::dueMillis).thenComparingLong(Due::offset));

    /** One at a time is read back and published. */
    private boolean firing;

    Delayed(Loop loop) {
        this.loop = loop;
    }

    /** What a client published with the prefix. */
    Outcome accept(
            Publication publication,
            MessageRecord.Effects effects,
            Peer peer,
            Publishing.Waiting waiting) {
        String text = publication.topic();
        int slash = text.indexOf('/', PREFIX.length());
        String delay = slash < 0 ? "" : text.substring(PREFIX.length(), slash);
        long seconds = seconds(delay);
        String topic = slash < 0 ? "" : text.substring(slash + 1);
        String wrong = wrong(delay, seconds, topic);
        if (wrong != null) {
            return new Refused(ReasonCode.TOPIC_NAME_INVALID, wrong);
        }
        int limit = loop.shared().settings().storage().maxDelayedMessages();
        AtomicInteger count = loop.shared().delayedCount();
        if (count.get() >= limit) {
            return new Refused(
                    ReasonCode.QUOTA_EXCEEDED, "at most " + limit + " delayed messages are kept");
        }
        long due = loop.nowMillis() + seconds * 1000;
        Message message = message(publication, topic, seconds * 1000);
        Publication kept = loop.spare().of(message, publication.publisher(), publication.trace());
        count.incrementAndGet();
        Keeping keeping = new Keeping(due, seconds, topic, publication.qos(), peer, waiting);
        try {
            Logged.Taken taken =
                    loop.logged()
                            .publish(
                                    kept,
                                    effects.due(due),
                                    Route.nobody(loop.loops()),
                                    peer,
                                    keeping);
            if (taken == Logged.Taken.YES) {
                return new Taken();
            }
            count.decrementAndGet();
            return new Refused(
                    ReasonCode.QUOTA_EXCEEDED, StorageFault.tooLarge(publication.payloadLength()));
        } finally {
            kept.done();
        }
    }

    /** Null if nothing is. */
    private static @Nullable String wrong(String delay, long seconds, String topic) {
        String form = "a delayed message's topic is $delayed/<seconds>/<topic>, ";
        if (seconds < 0 && !topic.isEmpty()) {
            return form
                    + "with 0 to "
                    + MAX_SECONDS
                    + " seconds, not "
                    + (delay.length() > MAX_SHOWN ? delay.substring(0, MAX_SHOWN) + "…" : delay);
        }
        if (!Topics.isValidTopic(topic)) {
            return form + "this has none";
        }
        return TopicLevels.isBrokersOwn(topic) || topic.startsWith(PREFIX)
                ? form + "with one that clients may publish to without delay"
                : null;
    }

    /** The topic behind a delay; any other, and one that will be refused, as it is. */
    static String topicWithin(String topic) {
        int slash = topic.startsWith(PREFIX) ? topic.indexOf('/', PREFIX.length()) : -1;
        return slash < 0 || slash == topic.length() - 1 ? topic : topic.substring(slash + 1);
    }

    private static long seconds(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return -1;
        }
        long seconds = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            seconds = seconds * 10 + digit - '0';
        }
        return seconds > MAX_SECONDS ? -1 : seconds;
    }

    /** As it will be published; its expiry begins when it is due. */
    private static Message message(Publication publication, String topic, long delayMillis) {
        byte[] payload = new byte[publication.payloadLength()];
        publication.copyPayload(payload, 0);
        long expires = publication.expiresAtMillis();
        return new Message(
                topic,
                topic.getBytes(StandardCharsets.UTF_8),
                payload,
                publication.qos(),
                publication.retain(),
                expires == Message.NEVER ? expires : expires + delayMillis,
                publication.properties(),
                publication.receivedNanos());
    }

    /** At the start: what the log has. */
    void restore(long dueMillis, long offset) {
        loop.shared().delayedCount().incrementAndGet();
        queue.add(new Due(dueMillis, offset));
    }

    /** Each second. */
    void sweep(long nowMillis) {
        Due next = queue.isEmpty() ? null : queue.first();
        if (firing || next == null || next.dueMillis > nowMillis) {
            return;
        }
        firing = true;
        queue.remove(next);
        read(
                next,
                message -> publish(next, message),
                () -> {
                    firing = false;
                    sweep(loop.nowMillis());
                });
    }

    /**
     * Reads back one that was taken out of the queue; it comes back if it cannot be read yet.
     *
     * @param ended after that, whatever it came to
     */
    private void read(Due due, Consumer<Message> then, Runnable ended) {
        long[] offsets = {due.offset};
        loop.shared()
                .log()
                .reader()
                .read(
                        loop,
                        LogReader.NOBODY,
                        offsets,
                        Integer.MAX_VALUE,
                        messages -> {
                            taken(due, messages, then);
                            ended.run();
                        });
    }

    private void taken(Due due, @Nullable Delivery[] messages, Consumer<Message> then) {
        if (messages.length == 0) {
            loop.log().later(() -> queue.add(due));
            return;
        }
        Delivery read = messages[0];
        if (read == null) {
            loop.shared().delayedCount().decrementAndGet();
            loop.shared().events().emit(new MessageEvent.DelayedLost(due.offset));
            loop.logged().lost("", MessageRecord.Effects.fired(due.offset));
        } else {
            then.accept(read.message);
        }
    }

    /** Writes one anew at the end of the log; it is not due meanwhile. */
    void move(long dueMillis, long offset) {
        Due due = new Due(dueMillis, offset);
        if (queue.remove(due)) {
            read(due, message -> move(due, message), () -> {});
        }
    }

    private void move(Due due, Message message) {
        Publication publication = loop.spare().of(message, null, null);
        try {
            Publishing.Waiting moved =
                    new Publishing.Waiting() {
                        @Override
                        public void committed(long offset) {
                            queue.add(new Due(due.dueMillis, offset));
                        }

                        @Override
                        public void refused(IOException why) {
                            queue.add(due);
                        }
                    };
            MessageRecord.Effects effects =
                    MessageRecord.Effects.fired(due.offset).due(due.dueMillis);
            Route nobody = Route.nobody(loop.loops());
            var taken = loop.logged().publish(publication, effects, nobody, NOBODY, moved);
            if (taken != Logged.Taken.YES) {
                queue.add(due); // its record would be some bytes too large
            }
        } finally {
            publication.done();
        }
    }

    private void publish(Due due, Message message) {
        Publication publication = loop.spare().of(message, null, null);
        try {
            MessageRecord.Effects effects = MessageRecord.Effects.fired(due.offset);
            if (message.isExpiredAt(loop.nowMillis())) {
                Route nobody = Route.nobody(loop.loops());
                Firing expired = new Firing(due, message, true, 0);
                var unused = loop.logged().publishUnretained(publication, effects, nobody, expired);
                return;
            }
            Route route = loop.router().routeOf(publication, "");
            Firing firingNow = new Firing(due, message, false, route.size());
            Logged.Taken taken =
                    loop.logged().publish(publication, effects, route, NOBODY, firingNow);
            if (taken != Logged.Taken.YES) {
                // whom it is for may be too many for one record, or it cannot be retained: the
                // others get it
                var unused =
                        loop.logged().publishUnretained(publication, effects, route, firingNow);
            }
        } finally {
            publication.done();
        }
    }

    private final class Keeping implements Publishing.Waiting {
        private final long dueMillis;
        private final long seconds;
        private final String topic;
        private final int qos;
        private final Peer peer;
        private final Publishing.Waiting next;

        Keeping(
                long dueMillis,
                long seconds,
                String topic,
                int qos,
                Peer peer,
                Publishing.Waiting next) {
            this.dueMillis = dueMillis;
            this.seconds = seconds;
            this.topic = topic;
            this.qos = qos;
            this.peer = peer;
            this.next = next;
        }

        @Override
        public void committed(long offset) {
            queue.add(new Due(dueMillis, offset));
            if (loop.samplers().delayed.take(false) || loop.shared().isTraced(peer, topic)) {
                loop.shared().events().emit(new MessageEvent.Delayed(peer, topic, qos, seconds));
            }
            next.committed(offset);
        }

        @Override
        public void refused(IOException why) {
            loop.shared().delayedCount().decrementAndGet();
            next.refused(why);
        }
    }

    private final class Firing implements Publishing.Waiting {
        private final Due due;
        private final Message message;

        /** The broker was away when it was due. */
        private final boolean expired;

        private final int deliveries;

        Firing(Due due, Message message, boolean expired, int deliveries) {
            this.due = due;
            this.message = message;
            this.expired = expired;
            this.deliveries = deliveries;
        }

        @Override
        public void committed(long offset) {
            loop.shared().delayedCount().decrementAndGet();
            if (expired) {
                MessageEvent.DropReason reason = MessageEvent.DropReason.EXPIRED;
                loop.counters().add(Counters.dropped(reason), 1);
                loop.shared()
                        .events()
                        .emit(new MessageEvent.Dropped("", message.topic(), message.qos(), reason));
            } else if (loop.samplers().delayed.take(false)
                    || loop.shared().isTraced("", message.topic())) {
                loop.shared()
                        .events()
                        .emit(
                                new MessageEvent.DelayedPublished(
                                        message.topic(),
                                        message.qos(),
                                        deliveries,
                                        loop.nowMillis() - due.dueMillis));
            }
        }

        /** It is still in the log as one that is due. */
        @Override
        public void refused(IOException why) {
            loop.log().later(() -> queue.add(due));
        }
    }
}
