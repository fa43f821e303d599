package io.robustmq.telemetry.event;

/**
 * What was administered, and by whom. These are always stored: no level, rate or sampling leaves
 * one out.
 */
public sealed interface AuditEvent extends Event {

    @EventType(
            name = "audit.level_changed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "The lowest level of a category's events that are taken was changed, or the time of such a change was over. In a cluster every node tells it, and the one that was asked names who wanted it.",
            action = "Nothing; robustmq levels shows what is in force.")
    record LevelChanged(
            Admin admin,
            @Doc("The category of events, or all for those without a level of their own")
                    String eventCategory,
            @Doc("The level now") Severity newLevel,
            @Doc("The level before") Severity oldLevel,
            @Doc(value = "After which the level returns to what it was; 0 for never", unit = "s")
                    long limitSeconds)
            implements AuditEvent {}

    @EventType(
            name = "audit.sampling_changed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "What share of the traces is recorded, or another of the limits of that, was changed. In a cluster every broker tells it, also one that starts, and the one that was asked names who wanted it.",
            action = "Nothing; robustmq sampling shows what holds, and since when.")
    record SamplingChanged(
            Admin admin,
            @Doc("What holds now, but for the rules") String newSampling,
            @Doc("What held before, but for the rules") String oldSampling,
            @Doc(
                            value = "Ratios of some clients and topics now, separated by commas",
                            sensitivity = Sensitivity.IDENTITY)
                    String newRules,
            @Doc(
                            value = "Ratios of some clients and topics before",
                            sensitivity = Sensitivity.IDENTITY)
                    String oldRules,
            @Doc("The reason that was given, or empty") String why)
            implements AuditEvent {}

    @EventType(
            name = "audit.trace_begun",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "From now on every event about one client, topic or address is taken. In a cluster every node tells it, also one that starts while the trace lasts, and the one that was asked names who wanted it.",
            action = "Nothing; it ends by itself. robustmq trace list shows those that last.")
    record TraceBegun(
            Admin admin,
            @Doc("Its name, for robustmq trace stop") String debugTrace,
            @Doc("What it is about") TraceTarget targetKind,
            @Doc(
                            value = "The client identifier, topic filter or address",
                            sensitivity = Sensitivity.IDENTITY)
                    String target,
            @Doc("When it ends, UTC") String until,
            @Doc("Events that it adds per second at most") int maxPerSecond)
            implements AuditEvent {}

    @EventType(
            name = "audit.trace_ended",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "The time of such a trace was over, or somebody stopped it, or the node stops. In a cluster every node tells what it took itself.",
            action =
                    "Nothing. If many were left out, trace again with a higher rate or something narrower.")
    record TraceEnded(
            Admin admin,
            @Doc("Its name") String debugTrace,
            @Doc("What it was about") TraceTarget targetKind,
            @Doc(
                            value = "The client identifier, topic filter or address",
                            sensitivity = Sensitivity.IDENTITY)
                    String target,
            @Doc(value = "How long it lasted", unit = "ms") long lastedMillis,
            @Doc("Events about it that were taken") long tracedEvents,
            @Doc("Events about it that were over the rate and not taken") long leftOut)
            implements AuditEvent {}

    @EventType(
            name = "audit.ban_added",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "An administrator banned a client identifier or address; who was connected was disconnected.",
            action = "Nothing; it ends by itself.")
    record BanAdded(
            Admin admin,
            @Doc("What is banned") ConnectionEvent.BanKind banKind,
            @Doc(value = "The client identifier or address", sensitivity = Sensitivity.IDENTITY)
                    String target,
            @Doc("The reason that was given, or empty") String detail,
            @Doc("When it ends, UTC") String until)
            implements AuditEvent {}

    @EventType(
            name = "audit.ban_lifted",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "An administrator ended a ban before its time.",
            action = "Nothing.")
    record BanLifted(
            Admin admin,
            @Doc("What was banned") ConnectionEvent.BanKind banKind,
            @Doc(value = "The client identifier or address", sensitivity = Sensitivity.IDENTITY)
                    String target)
            implements AuditEvent {}

    @EventType(
            name = "audit.access_refused",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A request to /api/ had no admin token, or a wrong one.",
            action =
                    "If you know who it was, give them the token; otherwise see who reaches http.listen.")
    record AccessRefused(
            Admin admin, @Doc("Method and path") String request, @Doc("Why") String detail)
            implements AuditEvent {}

    @EventType(
            name = "audit.request_refused",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause = "An administrator asked for a change that is not possible.",
            action = "Nothing was changed; detail says why.")
    record RequestRefused(
            Admin admin,
            @Doc("Method and path, or the gRPC call") String request,
            @Doc("Why") String detail)
            implements AuditEvent {}

    @EventType(
            name = "audit.token_created",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "There was no admin token in the data directory, so a new one was made.",
            action =
                    "Give it to those who administer the node, and to nobody else; without the file, the next start makes another.")
    record TokenCreated(Admin admin, @Doc("Where it is") String file) implements AuditEvent {}

    @EventType(
            name = "audit.access_reloaded",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "An administrator had the password file and the ACL file read again.",
            action = "Nothing; authentication.* says what was found.")
    record AccessReloaded(
            Admin admin, @Doc("Files that had changed and are in force now") int filesChanged)
            implements AuditEvent {}

    @EventType(
            name = "audit.shard_created",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "An administrator created a shard of the journal server.",
            action = "Nothing.")
    record ShardCreated(Admin admin, @Doc("The shard's name") String shard) implements AuditEvent {}

    @EventType(
            name = "audit.shard_deleted",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "An administrator deleted a shard of the journal server, with all its records.",
            action = "Nothing.")
    record ShardDeleted(Admin admin, @Doc("The shard's name") String shard) implements AuditEvent {}

    @EventType(
            name = "audit.journal_config_changed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "An administrator changed what new shards of the journal server get.",
            action = "Nothing.")
    record JournalConfigChanged(Admin admin, @Doc("What is in force now") String config)
            implements AuditEvent {}
}
