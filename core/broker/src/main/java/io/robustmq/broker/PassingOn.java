package io.robustmq.broker;

import io.robustmq.telemetry.event.MessageEvent.DropReason;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives what a member of a group had in memory only, and will not get, to another one: it went, or
 * it had gone when the message came to it. As a task of its own, as one publish must not begin
 * within another. Belongs to a loop.
 *
 * <p>Bound: what members had in their queues, and what comes in one turn of the loop.
 */
final class PassingOn {
    private final Loop loop;
    private List<Item> items = new ArrayList<>();

    private record Item(Message message, String share, Session from) {}

    PassingOn(Loop loop) {
        this.loop = loop;
    }

    void add(Message message, String share, Session from) {
        if (items.isEmpty()) {
            loop.executor().execute(this::passAll);
        }
        items.add(new Item(message, share, from));
    }

    void add(List<Delivery> deliveries, Session from) {
        for (Delivery each : deliveries) {
            String share = each.share;
            if (share != null) {
                add(each.message, share, from);
            }
        }
    }

    private void passAll() {
        List<Item> now = items;
        items = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= now.size(); i++) {
            if (i == now.size() || now.get(i).from != now.get(from).from) {
                passOf(now.subList(from, i));
                from = i;
            }
        }
    }

    /** What one session had. */
    private void passOf(List<Item> all) {
        int passed = 0;
        for (Item each : all) {
            if (pass(each)) {
                passed++;
            }
        }
        String clientId = all.getFirst().from.clientId();
        loop.shared()
                .events()
                .emit(new SubscriptionEvent.PassedOn(clientId, passed, all.size() - passed));
    }

    private boolean pass(Item item) {
        Message message = item.message;
        if (message.isExpiredAt(loop.nowMillis())) {
            return dropped(item, DropReason.EXPIRED);
        }
        ShareGroup group = loop.shared().subscriptions().group(item.share);
        ShareMember to =
                group == null ? null : group.choose(message.qos(), message.topic(), "", loop);
        if (to == null) {
            return dropped(item, DropReason.SESSION_ENDED);
        }
        Publication publication = loop.publication().of(message, null, null);
        try {
            Route route = to.alone();
            if (message.qos() > 0 && !route.kept().targets().isEmpty()) {
                Logged.Taken taken = write(item, publication, route);
                if (taken != Logged.Taken.YES) {
                    return dropped(item, DropReason.NOT_STORED);
                }
            } else {
                loop.router().publish(publication, route);
            }
        } finally {
            publication.done();
        }
        loop.counters().add(Counters.SHARED_PASSED_ON, 1);
        return true;
    }

    private Logged.Taken write(Item item, Publication publication, Route route) {
        Publishing.Waiting waiting =
                new Publishing.Waiting() {
                    @Override
                    public void committed(long offset) {}

                    @Override
                    public void refused(IOException why) {
                        loop.log().later(() -> add(item.message, item.share, item.from));
                    }
                };
        return loop.logged()
                .publishUnretained(publication, MessageRecord.Effects.NONE, route, waiting);
    }

    private static boolean dropped(Item item, DropReason reason) {
        Message message = item.message;
        item.from.dropped(Hindsight.Ended.of(message), message.qos(), reason);
        return false;
    }
}
