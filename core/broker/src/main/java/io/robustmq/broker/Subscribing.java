package io.robustmq.broker;

import io.netty.buffer.ByteBufUtil;
import io.robustmq.journal.Journal;
import io.robustmq.protocol.MqttVersion;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.protocol.Subscribe;
import io.robustmq.protocol.Topics;
import io.robustmq.protocol.Unsubscribe;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import io.robustmq.telemetry.event.SubscriptionEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What SUBSCRIBE and UNSUBSCRIBE do. */
final class Subscribing {
    private final Connection connection;
    private final Shared shared;
    private final @Nullable Rewriting rewriting;
    private final SubscriptionEvent.Cause cause;
    private final SubscriptionAnswers answers;
    private final RetainedForNew retained;

    /** On their way into the log, in its order. */
    private final List<Change> unsettled = new ArrayList<>();

    /** Why the first filter of the SUBSCRIBE being looked at is refused, if one is. */
    private @Nullable String refusal;

    Subscribing(
            Connection connection, @Nullable Rewriting rewriting, SubscriptionEvent.Cause cause) {
        this.connection = connection;
        this.rewriting = rewriting;
        this.cause = cause;
        this.shared = connection.loop().shared();
        this.answers = new SubscriptionAnswers(connection);
        this.retained = new RetainedForNew(connection);
    }

    /**
     * One filter's outcome, to be reported after the SUBACK.
     *
     * @param before what it replaced, null if it is new
     */
    private record Granted(
            Subscription subscription,
            @Nullable Subscription before,
            boolean wantsRetained,
            int position) {
        Change change() {
            return new Change(subscription.filter(), subscription, before);
        }
    }

    /** What is done when it is known which filters are granted. */
    private interface Answer {
        /**
         * The log has them, if it has to.
         *
         * @param why the first filter that is refused is
         */
        void made(@Nullable String why);

        void notStored(IOException failure);
    }

    /** What was done to a filter, and is undone if the log does not take it. */
    private static final class Change {
        private final String filter;

        /** Null if it was removed. */
        private final @Nullable Subscription after;

        private @Nullable Subscription before;

        Change(String filter, @Nullable Subscription after, @Nullable Subscription before) {
            this.filter = filter;
            this.after = after;
            this.before = before;
        }
    }

    /** SUBACK first, then the retained messages (MQTT 5, 3.8.4). */
    void subscribe(Subscribe subscribe, Session session) {
        List<Subscribe.Filter> filters = subscribe.filters();
        int[] codes = new int[filters.size()];
        subscribe(
                filters,
                subscribe.subscriptionIdentifier(),
                session,
                codes,
                new Answer() {
                    @Override
                    public void made(@Nullable String why) {
                        answers.suback(subscribe.packetId(), codes, why);
                    }

                    @Override
                    public void notStored(IOException failure) {
                        if (connection.version() == MqttVersion.V3_1) {
                            // its SUBACK can only say that it was done
                            connection.end(
                                    Ending.STORAGE_UNAVAILABLE, StorageFault.reasonCode(failure));
                            return;
                        }
                        answers.suback(subscribe.packetId(), codes, StorageFault.detail(failure));
                    }
                });
    }

    /**
     * @param codes of each filter, filled in
     */
    private void subscribe(
            List<Subscribe.Filter> filters,
            int identifier,
            Session session,
            int[] codes,
            Answer answer) {
        refusal = null;
        List<Granted> granted = new ArrayList<>(filters.size());
        for (int i = 0; i < codes.length; i++) {
            Subscribe.Filter filter = rewritten(filters.get(i));
            codes[i] = check(filter.filter(), session);
            if (codes[i] < 0x80) {
                codes[i] = filter.qos();
                granted.add(add(filter, identifier, session, i));
            }
        }
        String why = refusal;
        Backlog backlog = session.backlog();
        if (backlog == null || granted.isEmpty()) {
            subscribed(why, granted, session, answer);
            return;
        }
        List<SessionRecord.Filter> stored =
                granted.stream().map(each -> each.subscription().stored()).toList();
        List<Change> changes = granted.stream().map(Granted::change).toList();
        write(
                new SessionRecord.Subscribed(backlog.number(), stored),
                changes,
                session,
                () -> subscribed(why, granted, session, answer),
                failure -> {
                    for (Granted each : granted) {
                        codes[each.position] = refused(each.subscription().filter(), failure);
                    }
                    answer.notStored(failure);
                });
    }

    /** Without being asked; {@code then} is a task of its own, after that. */
    void subscribeItself(List<Subscribe.Filter> filters, Session session, Runnable then) {
        Runnable later = () -> connection.loop().executor().execute(() -> connection.guarded(then));
        subscribe(
                filters,
                0,
                session,
                new int[filters.size()],
                new Answer() {
                    @Override
                    public void made(@Nullable String why) {
                        later.run();
                    }

                    @Override
                    public void notStored(IOException failure) {
                        later.run();
                    }
                });
    }

    private Subscribe.Filter rewritten(Subscribe.Filter filter) {
        return rewriting == null
                ? filter
                : new Subscribe.Filter(
                        rewriting.subscribed(filter.filter()),
                        filter.qos(),
                        filter.noLocal(),
                        filter.retainAsPublished(),
                        filter.retainHandling());
    }

    private void subscribed(
            @Nullable String why, List<Granted> granted, Session session, Answer answer) {
        answer.made(why);
        for (Granted each : granted) {
            report(each, session);
        }
    }

    private Granted add(Subscribe.Filter filter, int identifier, Session session, int position) {
        Subscription subscription =
                new Subscription(
                        session,
                        filter.filter(),
                        filter.qos(),
                        filter.noLocal(),
                        filter.retainAsPublished(),
                        identifier);
        Subscription before = put(subscription);
        shared.eventTopics().subscribed(filter.filter(), connection);
        boolean wantsRetained =
                switch (filter.retainHandling()) {
                    case 0 -> true;
                    case 1 -> before == null;
                    default -> false;
                };
        return new Granted(subscription, before, wantsRetained, position);
    }

    private @Nullable Subscription put(Subscription subscription) {
        String filter = subscription.filter();
        Subscription before = subscription.session().subscriptions().put(filter, subscription);
        shared.subscriptions().put(subscription);
        if (before == null) {
            connection.loop().counters().add(Counters.SUBSCRIPTIONS, 1);
        }
        return before;
    }

    private void remove(String filter, Session session) {
        session.subscriptions().remove(filter);
        shared.subscriptions().remove(filter, session);
        connection.loop().counters().add(Counters.SUBSCRIPTIONS, -1);
    }

    /**
     * The log did not take it: as it was before, or if it has been changed again, as it will be if
     * that is not taken either.
     */
    @SuppressWarnings("ReferenceEquality") // this very subscription
    private void undo(Change change, Session session) {
        int at = unsettled.indexOf(change);
        unsettled.remove(at);
        for (Change later : unsettled.subList(at, unsettled.size())) {
            if (later.filter.equals(change.filter)) {
                later.before = change.before;
                return;
            }
        }
        if (session.hasEnded()) {
            return;
        }
        boolean untouched = session.subscriptions().get(change.filter) == change.after;
        if (untouched && change.before != null) {
            put(change.before);
        } else if (untouched && change.after != null) {
            remove(change.filter, session);
            shared.subscriptions().release(change.filter, session);
        }
    }

    private void report(Granted granted, Session session) {
        Subscription subscription = granted.subscription();
        int sent = granted.wantsRetained() ? retained.send(subscription, session) : 0;
        String filter = subscription.filter();
        String group = FilterForm.groupOf(filter);
        int qos = subscription.qos();
        connection.emit(
                granted.before() == null
                        ? new SubscriptionEvent.Created(
                                connection.peer(), filter, qos, sent, group, cause)
                        : new SubscriptionEvent.Replaced(
                                connection.peer(), filter, qos, sent, group));
    }

    void unsubscribe(Unsubscribe unsubscribe, Session session) {
        List<String> filters = unsubscribe.filters();
        int[] codes = new int[filters.size()];
        List<Subscription> removed = new ArrayList<>(filters.size());
        for (int i = 0; i < codes.length; i++) {
            String asked = filters.get(i);
            String filter = rewriting == null ? asked : rewriting.subscribed(asked);
            Subscription before = session.subscriptions().get(filter);
            if (before == null) {
                codes[i] = ReasonCode.NO_SUBSCRIPTION_EXISTED;
                connection.emit(
                        new SubscriptionEvent.NotFound(
                                connection.peer(), filter, FilterForm.groupOf(filter)));
            } else {
                remove(filter, session);
                removed.add(before);
            }
        }
        Backlog backlog = session.backlog();
        if (backlog == null || removed.isEmpty()) {
            unsubscribed(unsubscribe.packetId(), codes, null, removed, session);
            return;
        }
        write(
                new SessionRecord.Unsubscribed(
                        backlog.number(), removed.stream().map(Subscription::filter).toList()),
                removed.stream().map(each -> new Change(each.filter(), null, each)).toList(),
                session,
                () -> unsubscribed(unsubscribe.packetId(), codes, null, removed, session),
                why -> {
                    if (connection.version() != MqttVersion.V5) {
                        // its UNSUBACK can only say that it was done
                        connection.end(Ending.STORAGE_UNAVAILABLE, StorageFault.reasonCode(why));
                        return;
                    }
                    for (int i = 0; i < codes.length; i++) {
                        if (codes[i] == ReasonCode.SUCCESS) {
                            codes[i] = ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
                        }
                    }
                    unsubscribed(
                            unsubscribe.packetId(),
                            codes,
                            StorageFault.detail(why),
                            List.of(),
                            session);
                });
    }

    private void unsubscribed(
            int packetId,
            int[] codes,
            @Nullable String why,
            List<Subscription> removed,
            Session session) {
        for (Subscription each : removed) {
            String filter = each.filter();
            String group = FilterForm.groupOf(filter);
            connection.emit(new SubscriptionEvent.Removed(connection.peer(), filter, group));
            freed(filter, session);
        }
        answers.unsuback(packetId, codes, why);
    }

    /** What came of it, or was kept for it, is others'; unless it has been made again. */
    private void freed(String filter, Session session) {
        if (!session.subscriptions().containsKey(filter)) {
            shared.subscriptions().release(filter, session);
        }
        if (!FilterForm.groupOf(filter).isEmpty()) {
            session.passOnOf(filter);
        }
    }

    /** The client may not have it any more. It is not told: MQTT has no packet for that. */
    void revoke(Subscription subscription, Session session, String rule) {
        String filter = subscription.filter();
        remove(filter, session);
        writeRemoved(filter, session);
        connection.emit(new SubscriptionEvent.Revoked(connection.peer(), filter, rule));
        freed(filter, session);
    }

    /** Until the log takes it, or the client may subscribe again and does. */
    private void writeRemoved(String filter, Session session) {
        Backlog backlog = session.backlog();
        if (backlog != null && !session.subscriptions().containsKey(filter)) {
            connection
                    .loop()
                    .log()
                    .write(
                            new SessionRecord.Unsubscribed(backlog.number(), List.of(filter)),
                            () -> writeRemoved(filter, session));
        }
    }

    /** The answer comes when the log has it. */
    private void write(
            SessionRecord record,
            List<Change> changes,
            Session session,
            Runnable committed,
            Consumer<IOException> refused) {
        Loop loop = connection.loop();
        byte[] encoded = record.encoded();
        unsettled.addAll(changes);
        if (encoded.length > Journal.MAX_PAYLOAD_BYTES) {
            changes.reversed().forEach(each -> undo(each, session));
            refused.accept(
                    new IOException(
                            "one packet's filters are stored as one record of at most "
                                    + Journal.MAX_PAYLOAD_BYTES
                                    + " bytes, they have "
                                    + encoded.length));
            return;
        }
        loop.log()
                .add(
                        new LogEntry(loop, encoded) {
                            @Override
                            void committed() {
                                unsettled.removeAll(changes);
                                committed.run();
                            }

                            @Override
                            void refused(IOException why) {
                                changes.reversed().forEach(each -> undo(each, session));
                                refused.accept(why);
                            }
                        });
    }

    private int refused(String filter, IOException why) {
        return refused(filter, StorageFault.reasonCode(why), StorageFault.detail(why));
    }

    /** 0 if the filter may be subscribed to; else the reason code, reported. */
    private int check(String filter, Session session) {
        String problem = FilterForm.problem(filter);
        if (problem != null) {
            return refused(filter, ReasonCode.TOPIC_FILTER_INVALID, problem);
        }
        if (!Topics.isValidFilter(filter)) {
            return refused(
                    filter, ReasonCode.TOPIC_FILTER_INVALID, "a wildcard stands where none may");
        }
        String refusal = shared.eventTopics().refusal(filter, connection);
        if (refusal != null) {
            return refused(filter, ReasonCode.NOT_AUTHORIZED, refusal);
        }
        if (!shared.eventTopics().isForAdmins(filter)) {
            Authorizer.Denied denied = connection.access().subscribe(filter);
            if (denied != null) {
                return refused(filter, ReasonCode.NOT_AUTHORIZED, "denied by " + denied.rule());
            }
        }
        Protection.Topics limits = shared.settings().protection().topics();
        int most = Math.min(TopicLevels.MAX, limits.maxLevels());
        int levels = TopicLevels.count(filter);
        if (levels > most) {
            return overLimit(
                    filter,
                    Limit.TOPIC_LEVELS,
                    ReasonCode.TOPIC_FILTER_INVALID,
                    "at most " + most + " levels, this has " + levels);
        }
        int bytes = ByteBufUtil.utf8Bytes(filter);
        if (bytes > limits.maxBytes()) {
            return overLimit(
                    filter,
                    Limit.TOPIC_LENGTH,
                    ReasonCode.TOPIC_FILTER_INVALID,
                    "at most " + limits.maxBytes() + " bytes, this has " + bytes);
        }
        if (session.subscriptions().size() >= limits.maxSubscriptions()
                && !session.subscriptions().containsKey(filter)) {
            return overLimit(
                    filter,
                    Limit.SUBSCRIPTIONS,
                    ReasonCode.QUOTA_EXCEEDED,
                    "at most " + limits.maxSubscriptions() + " subscriptions per session");
        }
        String full = shared.subscriptions().claim(filter, session);
        return full == null ? 0 : refused(filter, ReasonCode.QUOTA_EXCEEDED, full);
    }

    private int overLimit(String filter, Limit limit, int reasonCode, String detail) {
        connection.loop().counters().add(Counters.limit(limit), 1);
        return refused(filter, reasonCode, detail);
    }

    private int refused(String filter, int reasonCode, String detail) {
        refusal = refusal == null ? detail : refusal;
        connection.emit(
                new SubscriptionEvent.Refused(
                        connection.peer(), filter, reasonCode, detail, FilterForm.groupOf(filter)));
        return reasonCode;
    }
}
