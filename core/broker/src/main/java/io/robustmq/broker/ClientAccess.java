package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import io.robustmq.protocol.ReasonCode;
import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.telemetry.event.ConnectionEvent.Ending;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whom one connection's client is taken for, and what it may do. Decisions are remembered until the
 * rules change; the last topic again, which is the codec's same String, costs no look-up. Belongs
 * to the connection's loop.
 */
final class ClientAccess {
    /** Topics of one client whose decision is remembered; when full all are forgotten. */
    private static final int MAX_REMEMBERED = 128;

    private static final int MAX_REMEMBERED_TOPIC = 256;

    private static final Authorizer.Denied BROKERS_OWN =
            new Authorizer.Denied("the broker ($SYS topics are its own)");

    private final Connection connection;
    private final Access access;

    // once it is let in
    private Identity identity = Identity.ANONYMOUS;
    private Authorizer.Rights rights = Authorizer.Rights.ALL;
    private long version = -1;
    private @Nullable String allowedTopic;
    private @Nullable Map<String, Authorizer.Decision> remembered;

    ClientAccess(Connection connection, Access access) {
        this.connection = connection;
        this.access = access;
    }

    void granted(Identity to) {
        identity = to;
    }

    Identity identity() {
        return identity;
    }

    /** Empty if it has none, or is not authenticated yet. */
    String userName() {
        return identity.userName();
    }

    /** Null if it may publish to this topic. */
    @SuppressWarnings("ReferenceEquality") // another String of the same text goes the long way
    Authorizer.@Nullable Denied publish(String topic) {
        if (topic == allowedTopic && version == access.version()) {
            return null;
        }
        return judged(topic);
    }

    private Authorizer.@Nullable Denied judged(String topic) {
        if (topic.charAt(0) == '$' && TopicLevels.isBrokersOwn(topic)) {
            return BROKERS_OWN;
        }
        return switch (decision(topic)) {
            case Authorizer.Allowed allowed -> {
                allowedTopic = topic;
                yield null;
            }
            case Authorizer.Denied denied -> denied;
        };
    }

    private Authorizer.Decision decision(String topic) {
        if (mayDoAll()) {
            return Authorizer.ALLOWED;
        }
        Map<String, Authorizer.Decision> known = remembered;
        if (known == null) {
            known = new HashMap<>();
            remembered = known;
        }
        Authorizer.Decision decision = known.get(topic);
        if (decision == null) {
            // a delayed message is for the topic behind the delay
            decision = rights.publish(Delayed.topicWithin(topic));
            if (topic.length() <= MAX_REMEMBERED_TOPIC) {
                if (known.size() == MAX_REMEMBERED) {
                    known.clear();
                }
                known.put(topic, decision);
            }
        }
        return decision;
    }

    /** Null if it may subscribe to this filter, which is valid. */
    Authorizer.@Nullable Denied subscribe(String filter) {
        refresh();
        return rights.subscribe(filter) instanceof Authorizer.Denied denied ? denied : null;
    }

    private void refresh() {
        long now = access.version();
        if (version != now) {
            version = now;
            rights =
                    access.authorizer()
                            .rightsOf(
                                    new Authorizer.Client(
                                            identity,
                                            connection.peer().clientId(),
                                            connection.origin()));
            allowedTopic = null;
            remembered = null;
        }
    }

    /** The will, if it may be published by the rules in force now; else that is told. */
    Connect.@Nullable Will allowed(Connect.@Nullable Will will) {
        if (will == null) {
            return null;
        }
        Authorizer.Denied denied = publish(will.topic());
        if (denied == null) {
            return will;
        }
        connection.emit(
                new AuthenticationEvent.PublishDenied(
                        connection.peer(), will.topic(), ReasonCode.NOT_AUTHORIZED, denied.rule()));
        return null;
    }

    boolean endsOnDeniedPublish() {
        return access.onDeniedPublish() == Access.OnDeniedPublish.DISCONNECT;
    }

    @SuppressWarnings("ReferenceEquality") // that very one
    private boolean mayDoAll() {
        refresh();
        return rights == Authorizer.Rights.ALL;
    }

    /**
     * The rules have changed, or it has come with a session of before: is it still let in, and may
     * it still have what it had subscribed to?
     */
    void judgeAgain() {
        Session session = connection.session();
        if (!connection.isConnected() || session == null) {
            return;
        }
        if (!access.authenticator().isStillGood(identity)) {
            connection.emit(
                    new AuthenticationEvent.Revoked(
                            connection.peer(), identity.method(), identity.userName()));
            connection.end(Ending.NOT_AUTHORIZED, ReasonCode.NOT_AUTHORIZED);
            return;
        }
        if (mayDoAll()) {
            return;
        }
        for (Subscription each : List.copyOf(session.subscriptions().values())) {
            Authorizer.Denied denied =
                    connection.loop().shared().eventTopics().isForAdmins(each.filter())
                            ? null
                            : subscribe(each.filter());
            if (denied != null) {
                connection.subscribing().revoke(each, session, denied.rule());
            }
        }
    }
}
