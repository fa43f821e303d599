package io.robustmq.telemetry.event;

/** What the broker remembers of a client, connected or not. */
public sealed interface SessionEvent extends Event {

    @EventType(
            name = "session.state_restored",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "The broker started and made its state of its shard of the journal.",
            action = "Nothing.")
    record StateRestored(
            @Doc("Sessions") int sessions,
            @Doc("Messages waiting for them, or sent and not acknowledged") long queuedMessages,
            @Doc("Retained messages") int retainedMessages,
            @Doc("Delayed messages") int delayedMessages,
            @Doc("Records read, those since the last snapshot") long readRecords,
            @Doc(value = "Time it took", unit = "ms") long restoreMillis)
            implements SessionEvent {}

    @EventType(
            name = "session.snapshot_saved",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "A snapshot of the sessions was written, and what nothing needs any more was removed from the log.",
            action = "Nothing.")
    record SnapshotSaved(
            @Doc("Sessions") int sessions,
            @Doc("The snapshot stands for all records below") long offset,
            @Doc("First record that is kept") long firstOffset,
            @Doc(value = "Time it took", unit = "ms") long saveMillis)
            implements SessionEvent {}

    @EventType(
            name = "session.snapshot_failed",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "A snapshot of the sessions could not be written; the one before it still counts, and the log keeps growing.",
            action =
                    "error_msg says why (disk full, input/output error): make room or replace the disk.")
    record SnapshotFailed(
            @Doc("The last snapshot stands for all records below") long offset, Failure failure)
            implements SessionEvent {}

    @EventType(
            name = "session.created",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client connected and had no session, or asked for a new one.",
            action = "Nothing.")
    record Created(
            Peer peer,
            @Doc(
                            value =
                                    "Kept for this long after the connection, 4294967295 is for ever",
                            unit = "s")
                    long expirySeconds)
            implements SessionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "session.resumed",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client connected and its session was found.",
            action = "Nothing.")
    record Resumed(
            Peer peer,
            @Doc("Subscriptions it has") int subscriptions,
            @Doc("Messages waiting for it") int queuedMessages,
            @Doc("Messages sent before and not acknowledged") int inFlightMessages,
            @Doc(value = "Time without a connection", unit = "ms") long offlineMillis)
            implements SessionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "session.redelivered",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "Messages that a resumed session had not acknowledged were sent again.",
            action = "Nothing.")
    record Redelivered(
            Peer peer,
            @Doc("PUBLISH packets sent again, with DUP") int publishes,
            @Doc("PUBREL packets sent again") int pubrels)
            implements SessionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "session.suspended",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client's connection ended and its session is kept.",
            action = "Nothing.")
    record Suspended(
            Peer peer,
            @Doc(value = "Kept for this long, 4294967295 is for ever", unit = "s")
                    long expirySeconds,
            @Doc("Subscriptions it has") int subscriptions,
            @Doc("Messages waiting for it") int queuedMessages)
            implements SessionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "session.ended",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client's connection ended and its session was to end with it.",
            action = "Nothing.")
    record Ended(Peer peer, @Doc("Messages that were waiting and are gone") int discardedMessages)
            implements SessionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "session.discarded",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client with a session connected with Clean Start, so the old session ended.",
            action = "If messages went missing: the client asks for a clean start.")
    record Discarded(
            Peer peer, @Doc("Messages that were waiting and are gone") int discardedMessages)
            implements SessionEvent {
        @Override
        public String throttleKey() {
            return peer.clientId();
        }
    }

    @EventType(
            name = "session.expired",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A session's expiry interval passed without the client coming back.",
            action =
                    "If messages went missing: the client was away for longer than its Session Expiry Interval.")
    record Expired(
            @Doc(
                            value = "The client identifier",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "messaging.client.id")
                    String clientId,
            @Doc(value = "Its expiry interval", unit = "s") long expirySeconds,
            @Doc("Messages that were waiting and are gone") int discardedMessages)
            implements SessionEvent {
        @Override
        public String throttleKey() {
            return clientId;
        }
    }

    @EventType(
            name = "session.queue_filled",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "A session's queue reached mqtt.max-queued-messages or mqtt.max-queued-bytes; what comes now is dropped.",
            action = "The client is offline or slow: bring it back, or raise the limit.")
    record QueueFilled(
            @Doc(
                            value = "The client identifier",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "messaging.client.id")
                    String clientId,
            @Doc("Messages waiting") int queuedMessages,
            @Doc(value = "Payloads waiting", unit = "By") long queuedBytes)
            implements SessionEvent {
        @Override
        public String throttleKey() {
            return clientId;
        }
    }
}
