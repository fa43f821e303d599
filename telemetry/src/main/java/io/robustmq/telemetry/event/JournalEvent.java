package io.robustmq.telemetry.event;

/** Durable bytes. */
public sealed interface JournalEvent extends Event {

    @EventType(
            name = "journal.opened",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A shard was opened and its records checked.",
            action = "Nothing.")
    record Opened(
            @Doc("The shard") String shard,
            @Doc("Its directory") String directory,
            @Doc("Segment files") int segments,
            @Doc("Offset of the next record") long nextOffset,
            @Doc(value = "Size of the files", unit = "By") long sizeBytes,
            @Doc(value = "Time it took", unit = "ms") long openMillis)
            implements JournalEvent {}

    @EventType(
            name = "journal.segment_created",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A new segment file was begun.",
            action = "Nothing.")
    record SegmentCreated(
            @Doc("The shard") String shard,
            @Doc("The file") String file,
            @Doc("Offset of its first record") long baseOffset)
            implements JournalEvent {}

    @EventType(
            name = "journal.segment_sealed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A segment file was full and takes no more records.",
            action = "Nothing.")
    record SegmentSealed(
            @Doc("The shard") String shard,
            @Doc("The file") String file,
            @Doc("Offset of its last record") long lastOffset,
            @Doc(value = "Its size", unit = "By") long sizeBytes)
            implements JournalEvent {}

    @EventType(
            name = "journal.tail_truncated",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "The last write before a crash was torn; it had not been acknowledged and was cut off.",
            action = "Nothing, after a crash or power cut; otherwise check the disk.")
    record TailTruncated(
            @Doc("The shard") String shard,
            @Doc("The file") String file,
            @Doc("Offset of the first record cut off") long firstLostOffset,
            @Doc(value = "Cut off", unit = "By") long truncatedBytes)
            implements JournalEvent {}

    @EventType(
            name = "journal.corrupt",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "Records that had been on disk do not match their checksum, or a file with them is missing; readers are told of a gap.",
            action =
                    "Check the disk. The records in the gap are lost unless a backup of the file has them: stop the node before you put it in place.")
    record Corrupt(
            @Doc("The shard") String shard,
            @Doc("The file") String file,
            @Doc("Position in the file") long position,
            @Doc("What was found, and what should have been there") String detail)
            implements JournalEvent {}

    @EventType(
            name = "journal.index_rebuilt",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause =
                    "The index of a sealed segment was missing or damaged and was made again from the records.",
            action = "Nothing, after a crash or power cut; otherwise check the disk.")
    record IndexRebuilt(
            @Doc("The shard") String shard,
            @Doc("The index file") String file,
            @Doc("What was wrong with it") String detail)
            implements JournalEvent {}

    @EventType(
            name = "journal.snapshot_damaged",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "A snapshot does not match its checksum and was not used; the one before it is tried.",
            action = "Check the disk; the next snapshot takes its place.")
    record SnapshotDamaged(
            @Doc("The shard") String shard,
            @Doc("The file") String file,
            @Doc("What is wrong with it") String detail)
            implements JournalEvent {}

    @EventType(
            name = "journal.append_failed",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "Writing or syncing a segment failed; what was being written was not acknowledged, and the shard refuses more.",
            action =
                    "error_msg says why (disk full, input/output error); make room or repair the disk. The shard tries again every second and says journal.recovered, no restart is needed.")
    record AppendFailed(
            @Doc("The shard") String shard,
            @Doc("The file") String file,
            @Doc("Position in the file from which on nothing was acknowledged") long position,
            Failure failure)
            implements JournalEvent {}

    @EventType(
            name = "journal.recovered",
            severity = Severity.INFO,
            volume = Volume.FAULT,
            cause = "A shard whose disk had failed takes records again.",
            action = "Nothing; everything that was acknowledged is there.")
    record Recovered(
            @Doc("The shard") String shard,
            @Doc("The file it goes on in") String file,
            @Doc(value = "Time it refused records", unit = "ms") long failedMillis)
            implements JournalEvent {}

    @EventType(
            name = "journal.segment_deleted",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "Retention removed the oldest segment file of a shard.",
            action = "Nothing.")
    record SegmentDeleted(
            @Doc("The shard") String shard,
            @Doc("The file") String file,
            @Doc("trimmed (nobody needed it), size or age (a limit)") String reason,
            @Doc("Offset of its last record") long lastOffset)
            implements JournalEvent {}

    @EventType(
            name = "journal.retention_overrun",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A limit removed records that somebody might still need.",
            action =
                    "Raise the limit, or see why the reader that needs them is behind; what it missed is told to it as a gap.")
    record RetentionOverrun(
            @Doc("The shard") String shard,
            @Doc("Offset of the first record") long firstOffset,
            @Doc("Offset of the last record") long lastOffset,
            @Doc("size or age, the limit") String reason)
            implements JournalEvent {}

    @EventType(
            name = "journal.listener_failed",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "What was told that records are kept, or are not, failed; the records themselves are as it was told.",
            action = "This is a defect in RobustMQ: report it with error_type and error_msg.")
    record ListenerFailed(@Doc("The shard") String shard, Failure failure)
            implements JournalEvent {}

    @EventType(
            name = "journal.sync_slow",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A sync to disk took longer than journal.slow-sync.",
            action =
                    "The disk is busy or failing: compare with its latency in the system's own metrics.")
    record SyncSlow(
            @Doc("The shard") String shard,
            @Doc(value = "Time it took", unit = "ms") long stalledMillis,
            @Doc(value = "journal.slow-sync", unit = "ms") long thresholdMillis)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return shard;
        }
    }

    @EventType(
            name = "journal.closed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A shard was closed because its role stops.",
            action = "Nothing.")
    record Closed(@Doc("The shard") String shard, @Doc("Offset of the next record") long nextOffset)
            implements JournalEvent {}

    // The journal server: who speaks with it, and what it is told to do

    /** How a connection of the data protocol ended. */
    enum ClientEnding {
        CLIENT_CLOSED,
        REFUSED,
        SERVER_SHUTDOWN,
        IO_ERROR
    }

    @EventType(
            name = "journal.listener_started",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A listener of the journal server is bound and accepts connections.",
            action = "Nothing.")
    record ListenerStarted(
            @Doc("Listener: tcp (the data protocol) or grpc") String listener,
            @Doc("Bound address and port") String localAddr)
            implements JournalEvent {}

    @EventType(
            name = "journal.listener_stopped",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A listener was closed because the journal server stops.",
            action = "Nothing.")
    record ListenerStopped(
            @Doc("Listener: tcp (the data protocol) or grpc") String listener,
            @Doc("Address and port it was bound to") String localAddr)
            implements JournalEvent {}

    @EventType(
            name = "journal.client_connected",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A client of the data protocol said hello in a version that is spoken.",
            action = "Nothing.")
    record ClientConnected(
            @Doc("The connection's number, unique since the server's start") long connectionId,
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("Version of the data protocol") int protocolVersion)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return remoteAddr;
        }
    }

    @EventType(
            name = "journal.client_closed",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A connection of the data protocol ended.",
            action = "Nothing; error_msg says why if ending is io_error.")
    record ClientClosed(
            @Doc("The connection's number, unique since the server's start") long connectionId,
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("Who ended it, and how") ClientEnding ending,
            @Doc("Requests taken from it") long requests,
            Failure failure)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return remoteAddr;
        }
    }

    @EventType(
            name = "journal.client_refused",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A connection of the data protocol was refused and closed.",
            action =
                    "detail names the limit: raise tcp.max-connections, or find out who opens so many or speaks something else.")
    record ClientRefused(
            @Doc("The connection's number, unique since the server's start") long connectionId,
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("Code of the data protocol, such as too_many_connections") String code,
            @Doc("What was wrong, with the limit and the value") String detail)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return code;
        }
    }

    @EventType(
            name = "journal.request_refused",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A request of the data protocol was answered with a code other than 0.",
            action = "detail says what was wrong, with the limit and the value.")
    record RequestRefused(
            @Doc("The connection's number, unique since the server's start") long connectionId,
            @Doc(
                            value = "Address and port of the other end",
                            sensitivity = Sensitivity.IDENTITY,
                            attribute = "network.peer.address")
                    String remoteAddr,
            @Doc("The request: append, read, tail, credit, end_tail, offsets or unknown")
                    String operation,
            @Doc("The shard it was about, empty if that was not read") String shard,
            @Doc("Code of the data protocol, such as no_such_shard") String code,
            @Doc("What was wrong, with the limit and the value") String detail)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return code;
        }
    }

    @EventType(
            name = "journal.admin_refused",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A call of robustmq.journal.v1.JournalAdmin was answered with an error.",
            action = "detail says what was wrong, with the limit and the value.")
    record AdminRefused(
            @Doc("The call, such as CreateShard") String method,
            @Doc("gRPC status, such as NOT_FOUND") String status,
            @Doc("What was wrong, with the limit and the value") String detail)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return method;
        }
    }

    @EventType(
            name = "journal.shard_created",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A shard was created on the journal server.",
            action = "Nothing.")
    record ShardCreated(
            @Doc("The shard") String shard,
            @Doc("Whether an append to it did that, and not CreateShard") boolean automatic,
            @Doc("When an append counts as done: fsync, interval or os") String durability,
            @Doc(value = "Size beyond which old segments go, 0 for no limit", unit = "By")
                    long retentionBytes,
            @Doc(value = "Age beyond which segments go, 0 for no limit", unit = "s")
                    long retentionSeconds)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return shard;
        }
    }

    @EventType(
            name = "journal.shard_deleted",
            severity = Severity.INFO,
            volume = Volume.CONNECTION,
            cause = "A shard was deleted from the journal server, with all its records.",
            action = "Nothing.")
    record ShardDeleted(
            @Doc("The shard") String shard,
            @Doc("Offset that its next record would have had") long nextOffset,
            @Doc(value = "Size of its files", unit = "By") long sizeBytes)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return shard;
        }
    }

    @EventType(
            name = "journal.shard_unavailable",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "A shard could not be opened; the server runs without it and tries again when it is asked for it.",
            action =
                    "error_msg says why; robustmq journal verify says more once the server is stopped.")
    record ShardUnavailable(@Doc("The shard") String shard, Failure failure)
            implements JournalEvent {
        @Override
        public String throttleKey() {
            return shard;
        }
    }

    @EventType(
            name = "journal.cluster_config_changed",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "SetClusterConfig was called; what it set wins over the configuration file from now on.",
            action = "Nothing.")
    record ClusterConfigChanged(
            @Doc("Whether an append to a shard that is not there creates it")
                    boolean enableAutoCreateShard,
            @Doc("Copies of each record") int shardReplicaNum,
            @Doc(value = "Size at which a segment is sealed", unit = "By") long maxSegmentSizeBytes)
            implements JournalEvent {}
}
