package io.robustmq.telemetry.event;

/** What clients asked to be sent. */
public sealed interface SubscriptionEvent extends Event {

    /** Who wanted a subscription. */
    enum Cause {
        CLIENT,
        AUTO_SUBSCRIBE
    }

    @EventType(
            name = "subscription.created",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause =
                    "A client subscribed to a filter that it had not subscribed to, or was subscribed when it connected.",
            action = "Nothing.")
    record Created(
            Peer peer,
            @Doc("The topic filter") String topicFilter,
            @Doc("Quality of service granted") int qos,
            @Doc("Retained messages sent because of it") int retainedMessages,
            @Doc("Share name of a $share subscription, empty for any other") String shareName,
            @Doc("Who wanted it: the client, or the operator by mqtt.topics.auto-subscribe")
                    Cause subscriptionCause)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "subscription.slow",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A subscriber got a message, or acknowledged it, later than mqtt.slow-subscriptions.threshold after it was published. Told when a subscription becomes slow, not for each message.",
            action =
                    "robustmq slow shows the slowest; look at the client, its network, and at connection.write_blocked.")
    record Slow(
            Peer peer,
            @Doc("The topic filter; the topic if that is not known") String topicFilter,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Quality of service of the delivery") int qos,
            @Doc(value = "From reading the PUBLISH on", unit = "ms") long latencyMillis,
            @Doc(value = "mqtt.slow-subscriptions.threshold", unit = "ms") long thresholdMillis)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "subscription.replaced",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client subscribed again to a filter that it had already subscribed to.",
            action = "Nothing.")
    record Replaced(
            Peer peer,
            @Doc("The topic filter") String topicFilter,
            @Doc("Quality of service granted") int qos,
            @Doc("Retained messages sent because of it") int retainedMessages,
            @Doc("Share name of a $share subscription, empty for any other") String shareName)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "subscription.refused",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A filter of a SUBSCRIBE was answered with a reason code of 0x80 or more.",
            action = "reason_code and detail say why; change the client's filter.")
    record Refused(
            Peer peer,
            @Doc("The topic filter") String topicFilter,
            @Doc("SUBACK reason code (MQTT 5 numbering)") int reasonCode,
            @Doc("What was wrong, with the limit and the value") String detail,
            @Doc("Share name of a $share subscription, empty for any other") String shareName)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "subscription.removed",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client unsubscribed.",
            action = "Nothing.")
    record Removed(
            Peer peer,
            @Doc("The topic filter") String topicFilter,
            @Doc("Share name of a $share subscription, empty for any other") String shareName)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "subscription.revoked",
            severity = Severity.WARN,
            volume = Volume.CONNECTION,
            cause =
                    "A subscription was ended, because the rules in force now deny it; the client is not told.",
            action =
                    "Nothing if that was meant; else change the rule, and have the client subscribe again.")
    record Revoked(
            Peer peer,
            @Doc("The topic filter") String topicFilter,
            @Doc("What denies it: file and line of the ACL") String rule)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "subscription.not_found",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client unsubscribed from a filter that it had not subscribed to.",
            action = "Nothing; compare the filter with those of subscription.created.")
    record NotFound(
            Peer peer,
            @Doc("The topic filter") String topicFilter,
            @Doc("Share name of a $share subscription, empty for any other") String shareName)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "subscription.passed_on",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause =
                    "A client went, unsubscribed or ended its session with messages of a shared subscription not delivered to it; other members of its group were given them.",
            action =
                    "Nothing; dropped messages had no member left, had expired, or were QoS 2 and already sent (MQTT 5, 4.8.2).")
    record PassedOn(
            @Doc(
                            value = "The client identifier",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "messaging.client.id")
                    String clientId,
            @Doc("Messages that other members were given") int messages,
            @Doc("Messages that nobody gets") int dropped)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return clientId;
        }
    }

    @EventType(
            name = "subscription.peer_routes_resynchronised",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "Another home has told all that its clients subscribe to, not only what changed: one of the two was started, or they differed.",
            action = "Nothing.")
    record PeerRoutesResynchronised(
            @Doc("The other home") String home,
            @Doc("Filters that it wants") int filters,
            @Doc("Of those, how many were not known") int added,
            @Doc("Filters that it does not want any more") int removed)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return home;
        }
    }

    @EventType(
            name = "subscription.peer_routes_differed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "What this broker knows of another home's subscriptions was not what that home wants. It is told all of them again.",
            action = "It mends itself. If it comes again and again, report it.")
    record PeerRoutesDiffered(
            @Doc("The other home") String home,
            @Doc("Filters known here") int filters,
            @Doc("Filters that it wants") long wantedFilters)
            implements SubscriptionEvent {
        @Override
        public String throttleKey() {
            return home;
        }
    }
}
