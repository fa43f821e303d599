package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gives what waits in the backlog of one member of a group to another: when its client goes and
 * others are there, when it leaves the group, when its session ends. One record of the log both
 * takes the message from the one and gives it to the other, so a crash loses none and doubles none.
 *
 * <pre>
 *   session                 never sent                      sent, not acknowledged
 *   is away, others there   to one of them                  waits for its client [MQTT-4.8.2-4]
 *   has left the group      to any other, or stays if none  stays
 *   has ended               to any other, or is dropped     QoS 1 too; QoS 2 is dropped [MQTT-4.8.2-5]
 * </pre>
 *
 * <p>Bound: {@link #AT_ONCE} messages, read and written before the next are. Belongs to a loop.
 */
final class BacklogPassing {
    private static final int AT_ONCE = 1024;

    private final Session session;
    private final Backlog backlog;
    private final Refs refs;

    private boolean running;
    private boolean again;

    // of this run
    private long next;
    private int unwritten;
    private int passed;
    private int dropped;

    BacklogPassing(Session session, Backlog backlog, Refs refs) {
        this.session = session;
        this.backlog = backlog;
        this.refs = refs;
    }

    /** Something has changed. */
    void look() {
        if (!refs.mayHaveShared()) {
            return;
        }
        if (running) {
            again = true;
            return;
        }
        running = true;
        next = 0;
        passed = 0;
        dropped = 0;
        step();
    }

    private void step() {
        next = Math.max(next, backlog.firstToPass());
        long[] numbers = new long[AT_ONCE];
        long[] offsets = new long[AT_ONCE];
        int count = 0;
        while (next < refs.next() && count < AT_ONCE && mayPass()) {
            if (refs.isShared(next) && refs.state(next) == Refs.State.WAITING) {
                numbers[count] = next;
                offsets[count] = refs.offset(next);
                count++;
            }
            next++;
        }
        if (count == 0) {
            ended();
            return;
        }
        long[] found = Arrays.copyOf(numbers, count);
        session.home()
                .read(
                        backlog.number(),
                        Arrays.copyOf(offsets, count),
                        deliveries -> taken(found, deliveries));
    }

    /** Nothing is read for a client that is there, or in vain. */
    private boolean mayPass() {
        return backlog.hasEnded()
                || session.shares().othersArePresent()
                || session.subscriber() != null;
    }

    private void ended() {
        running = false;
        report();
        if (again) {
            again = false;
            look();
        }
    }

    private void report() {
        if (passed + dropped > 0) {
            session.home()
                    .shared()
                    .events()
                    .emit(new SubscriptionEvent.PassedOn(session.clientId(), passed, dropped));
        }
        passed = 0;
        dropped = 0;
    }

    private void taken(long[] numbers, @Nullable Delivery[] deliveries) {
        if (deliveries.length < numbers.length) {
            next = numbers[deliveries.length]; // not read yet
        }
        if (deliveries.length == 0) {
            session.home().log().later(this::step);
            return;
        }
        unwritten++; // this one's turn is over below
        for (int i = 0; i < deliveries.length; i++) {
            long each = numbers[i];
            if (each >= refs.base() && refs.state(each) == Refs.State.WAITING) {
                decide(each, deliveries[i]);
            }
        }
        written();
    }

    private void decide(long each, @Nullable Delivery delivery) {
        String share = delivery == null ? null : delivery.share;
        if (delivery == null || share == null) {
            if (backlog.hasEnded()) {
                lose(each, delivery, DropReason.UNREADABLE);
            }
            return;
        }
        boolean sent = backlog.wasSent(each);
        if (backlog.hasEnded()) {
            if (sent && delivery.qos == 2) {
                lose(each, delivery, DropReason.SESSION_ENDED);
            } else if (delivery.message.isExpiredAt(session.home().nowMillis())) {
                lose(each, delivery, DropReason.EXPIRED);
            } else {
                pass(each, delivery, other(delivery, share, false));
            }
            return;
        }
        boolean isIn = session.shares().isIn(share);
        boolean away = session.subscriber() == null;
        if (!sent && (!isIn || away)) {
            ShareMember to = other(delivery, share, isIn);
            if (to != null) {
                pass(each, delivery, to);
            }
        }
    }

    /** Another home had it, and nobody there to give it to. */
    void givenBack(long each, @Nullable Delivery delivery) {
        String share = delivery == null ? null : delivery.share;
        if (delivery == null || share == null) {
            backlog.passing(each);
            lose(each, delivery, DropReason.UNREADABLE);
            return;
        }
        ShareMember to = other(delivery, share, false);
        backlog.passing(each);
        if (to == null) {
            lose(each, delivery, DropReason.SESSION_ENDED);
        } else {
            write(each, delivery, to.alone(), this::reportIfIdle);
        }
    }

    private void reportIfIdle() {
        if (!running) {
            report();
        }
    }

    private @Nullable ShareMember other(Delivery delivery, String share, boolean presentOnly) {
        ShareGroup group = session.home().shared().subscriptions().group(share);
        Message message = delivery.message;
        return group == null
                ? null
                : group.chooseNext(message.qos(), message.topic(), session.home(), presentOnly);
    }

    private void pass(long each, Delivery delivery, @Nullable ShareMember to) {
        if (to == null) {
            lose(each, delivery, DropReason.SESSION_ENDED);
            return;
        }
        backlog.passing(each);
        unwritten++;
        write(each, delivery, to.alone(), this::written);
    }

    private void lose(long each, @Nullable Delivery delivery, DropReason reason) {
        dropped++;
        backlog.lost(each, delivery, reason);
    }

    private void write(long each, Delivery delivery, Route to, Runnable then) {
        Loop loop = session.home();
        Publication publication = loop.spare().of(delivery.message, null, null);
        try {
            String traceparent = delivery.context == null ? null : delivery.context.traceparent();
            MessageRecord.Effects effects =
                    MessageRecord.Effects.passed(backlog.number(), refs.place(each), traceparent);
            Publishing.Waiting waiting =
                    new Publishing.Waiting() {
                        @Override
                        public void committed(long offset) {
                            passed++;
                            loop.counters().add(Counters.SHARED_PASSED_ON, 1);
                            backlog.passed(each);
                            then.run();
                        }

                        @Override
                        public void refused(IOException why) {
                            loop.log().later(() -> writeAgain(each, delivery, then));
                        }
                    };
            if (loop.logged().publishUnretained(publication, effects, to, waiting)
                    != Logged.Taken.YES) {
                lose(each, delivery, DropReason.NOT_STORED);
                then.run();
            }
        } finally {
            publication.done();
        }
    }

    /** To whoever is there now; if nobody is, to the session it was with. */
    private void writeAgain(long each, Delivery delivery, Runnable then) {
        String share = delivery.share;
        ShareMember to = share == null ? null : other(delivery, share, false);
        if (to != null) {
            write(each, delivery, to.alone(), then);
        } else if (backlog.hasEnded()) {
            lose(each, delivery, DropReason.SESSION_ENDED);
            then.run();
        } else {
            Route.Target back =
                    new Route.Target(
                            session,
                            delivery.qos,
                            delivery.retain,
                            delivery.subscriptionIds,
                            null,
                            null);
            write(each, delivery, Route.to(back, session.home().loops()), then);
        }
    }

    /** One less is on its way into the log; after the last the next are looked at. */
    private void written() {
        unwritten--;
        if (unwritten == 0) {
            step();
        }
    }
}
