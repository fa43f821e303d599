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
                    "error_msg says why (disk full, input/output error); make room or replace the disk, then restart.")
    record AppendFailed(
            @Doc("The shard") String shard, @Doc("The file") String file, Failure failure)
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
}
