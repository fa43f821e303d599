package io.robustmq.telemetry.event;

/**
 * Application messages on their way. Their rate is the clients' choice, so all but faults are
 * sampled at the source.
 */
public sealed interface MessageEvent extends Event {

    /** Why a message was not delivered to a client that had subscribed to it. */
    enum DropReason {
        SLOW_CONSUMER,
        QUEUE_FULL,
        EXPIRED,
        PACKET_TOO_LARGE,
        SESSION_ENDED,
        UNREADABLE,
        NOT_STORED,
        OFFLINE_OFF
    }

    /** Why a payload is not as a schema says. */
    enum SchemaViolation {
        NOT_JSON,
        TOO_LARGE,
        MISMATCH,
        UNCHECKABLE
    }

    @EventType(
            name = "message.published",
            severity = Severity.INFO,
            volume = Volume.MESSAGE,
            cause = "A client's PUBLISH was taken and routed. Sampled.",
            action = "Nothing.")
    record Published(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Quality of service") int qos,
            @Doc("Whether it is to be retained") boolean retain,
            @Doc(value = "Payload", unit = "By", attribute = "messaging.message.body.size")
                    int payloadBytes,
            @Doc("Deliveries this caused at once") int deliveries)
            implements MessageEvent {}

    @EventType(
            name = "message.delivered",
            severity = Severity.INFO,
            volume = Volume.MESSAGE,
            cause = "A PUBLISH was written to a subscriber. Sampled.",
            action = "Nothing.")
    record Delivered(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Quality of service") int qos,
            @Doc(value = "Payload", unit = "By", attribute = "messaging.message.body.size")
                    int payloadBytes,
            @Doc(value = "From receiving the PUBLISH to sending this one", unit = "us")
                    long latencyMicros)
            implements MessageEvent {}

    @EventType(
            name = "message.dropped",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A message was not delivered to a client that had subscribed to it.",
            action =
                    "reason says why; SLOW_CONSUMER and QUEUE_FULL: the client must read faster or the limits be raised; UNREADABLE and NOT_STORED: look for journal events; OFFLINE_OFF: mqtt.topics.offline-messages-off says so.")
    record Dropped(
            @Doc(
                            value = "The subscriber",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "messaging.client.id")
                    String clientId,
            @Doc(
                            value = "The topic, empty if the message was on disk only",
                            attribute = "messaging.destination.name")
                    String topicName,
            @Doc("Quality of service, -1 if the message was on disk only") int qos,
            @Doc("Why") DropReason reason)
            implements MessageEvent {
        @Override
        public String throttleKey() {
            return clientId;
        }
    }

    @EventType(
            name = "message.queued",
            severity = Severity.INFO,
            volume = Volume.MESSAGE,
            cause =
                    "A traced message waits in a session: its client is away, or has enough on its way. Sampled.",
            action = "Nothing; message.delivered or message.dropped says what became of it.")
    record Queued(
            @Doc(
                            value = "The subscriber",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "messaging.client.id")
                    String clientId,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Quality of service") int qos)
            implements MessageEvent {
        @Override
        public String throttleKey() {
            return clientId;
        }
    }

    @EventType(
            name = "message.acknowledged",
            severity = Severity.INFO,
            volume = Volume.MESSAGE,
            cause =
                    "A subscriber answered a traced message of QoS 1 or 2 with its last acknowledgement. Sampled.",
            action = "Nothing; a reason_code of 128 or more is the subscriber's refusal.")
    record Acknowledged(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Quality of service") int qos,
            @Doc("Reason code of the PUBACK, PUBREC or PUBCOMP") int reasonCode)
            implements MessageEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "message.unrouted",
            severity = Severity.DEBUG,
            volume = Volume.MESSAGE,
            cause = "A client published to a topic that nobody subscribes to. Sampled.",
            action =
                    "Nothing, unless somebody should have: compare the topic with the subscriptions.")
    record Unrouted(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Quality of service") int qos)
            implements MessageEvent {}

    @EventType(
            name = "message.retained_stored",
            severity = Severity.DEBUG,
            volume = Volume.MESSAGE,
            cause = "A retained message was stored or replaced. Sampled.",
            action = "Nothing.")
    record RetainedStored(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc(value = "Payload", unit = "By", attribute = "messaging.message.body.size")
                    int payloadBytes)
            implements MessageEvent {}

    @EventType(
            name = "message.retained_cleared",
            severity = Severity.DEBUG,
            volume = Volume.MESSAGE,
            cause = "A retained message was removed by an empty one. Sampled.",
            action = "Nothing.")
    record RetainedCleared(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName)
            implements MessageEvent {}

    @EventType(
            name = "message.retained_refused",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "A retained message was not stored: mqtt.max-retained-messages or mqtt.max-retained-bytes is reached.",
            action = "Raise the limit, or clear retained messages that nobody needs.")
    record RetainedRefused(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Retained messages stored") int retainedMessages,
            @Doc(value = "Retained payloads stored", unit = "By") long retainedBytes)
            implements MessageEvent {}

    @EventType(
            name = "message.rejected",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A PUBLISH was answered with a reason code of 0x80 or more and not routed.",
            action = "reason_code and detail say why.")
    record Rejected(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Reason code answered") int reasonCode,
            @Doc("What was wrong, with the limit and the value") String detail)
            implements MessageEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "message.schemas_loaded",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "Payload schemas are in force, at the start or because they were changed; each is for what is published from now on.",
            action = "Nothing.")
    record SchemasLoaded(
            @Doc("Where they come from: a folder, or placement") String file,
            @Doc("Schemas in force now") int schemas,
            @Doc("Those that are new, different or gone") String detail)
            implements MessageEvent {}

    @EventType(
            name = "message.schema_unusable",
            severity = Severity.ERROR,
            volume = Volume.LIFECYCLE,
            cause =
                    "A payload schema that is new or was changed cannot be used. What it said before holds on; if it is new, nothing is checked by it.",
            action =
                    "Mend what detail names: in the file, or with robustmq cluster schemas put. It is read again when it changes.")
    record SchemaUnusable(
            @Doc("The file, or the document of placement") String file,
            @Doc("What is wrong: so many things") int problems,
            @Doc("The first of them") String detail)
            implements MessageEvent {}

    @EventType(
            name = "message.schema_violated",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A client published a payload, or has a will, that is not as a schema for its topic says. Nothing of the payload is in this event.",
            action =
                    "location and rule say what is wrong: mend the client, or the schema. refused says whether it was published all the same. UNCHECKABLE: a number beyond what can be reckoned with.")
    record SchemaViolated(
            Peer peer,
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("The schema's name") String schema,
            @Doc("What is wrong") SchemaViolation violation,
            @Doc(
                            "Where in the payload: a JSON Pointer, with * for names that the schema has not; empty for all of it. If it is no JSON, line and column")
                    String location,
            @Doc("Where in the schema it is said, empty if the payload did not get so far")
                    String rule,
            @Doc("Whether the message was refused; if not, it was published all the same")
                    boolean refused)
            implements MessageEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "message.delayed",
            severity = Severity.INFO,
            volume = Volume.MESSAGE,
            cause = "A client published to $delayed/<seconds>/<topic>, and it was stored. Sampled.",
            action = "Nothing.")
    record Delayed(
            Peer peer,
            @Doc(
                            value = "The topic it will be published to",
                            attribute = "messaging.destination.name")
                    String topicName,
            @Doc("Quality of service") int qos,
            @Doc(value = "Until it is published", unit = "s") long delaySeconds)
            implements MessageEvent {}

    @EventType(
            name = "message.delayed_published",
            severity = Severity.INFO,
            volume = Volume.MESSAGE,
            cause = "A delayed message was due and was published. Sampled.",
            action =
                    "Nothing; late_millis above some seconds: the broker was not running, or the disk is slow.")
    record DelayedPublished(
            @Doc(value = "The topic", attribute = "messaging.destination.name") String topicName,
            @Doc("Quality of service") int qos,
            @Doc("Deliveries this caused at once") int deliveries,
            @Doc(value = "After the time it was due", unit = "ms") long lateMillis)
            implements MessageEvent {}

    @EventType(
            name = "message.delayed_lost",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause = "A delayed message was due and its record in the log cannot be read.",
            action =
                    "Look for journal.corrupt and journal.retention_overrun; restore the file if there is a copy.")
    record DelayedLost(@Doc("Its offset in the broker's shard") long offset)
            implements MessageEvent {}

    @EventType(
            name = "message.will_scheduled",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause =
                    "A client with a will went without DISCONNECT 0 and its Will Delay Interval began.",
            action = "Nothing.")
    record WillScheduled(
            Peer peer,
            @Doc(value = "The will's topic", attribute = "messaging.destination.name")
                    String topicName,
            @Doc(value = "Until it is published", unit = "s") long delaySeconds)
            implements MessageEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "message.will_published",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client's will was published because it went without DISCONNECT 0.",
            action = "Look for connection.closed of the same client: ending says why it went.")
    record WillPublished(
            Peer peer,
            @Doc(value = "The will's topic", attribute = "messaging.destination.name")
                    String topicName,
            @Doc("Quality of service") int qos,
            @Doc("Deliveries this caused at once") int deliveries)
            implements MessageEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "message.will_cancelled",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client came back before its Will Delay Interval had passed.",
            action = "Nothing.")
    record WillCancelled(
            Peer peer,
            @Doc(value = "The will's topic", attribute = "messaging.destination.name")
                    String topicName)
            implements MessageEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }
}
