package io.robustmq.telemetry.event;

/** Shards on several nodes: who writes, who has what. */
public sealed interface ReplicationEvent extends Event {

    @EventType(
            name = "replication.writer_opened",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This node took a replicated shard over and may write it.",
            action = "Nothing.")
    record WriterOpened(
            @Doc("The shard") String shard,
            @Doc("Its epoch from now on") long epoch,
            @Doc("Number of the segment it writes to") int segment,
            @Doc("Offset of the next record") long firstOffset,
            @Doc("Nodes that keep the segment, separated by commas") String ensemble,
            @Doc(value = "Time it took", unit = "ms") long openMillis)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.writer_fenced",
            severity = Severity.WARN,
            volume = Volume.LIFECYCLE,
            cause =
                    "Another node took the shard over; what this one had not had acknowledged failed.",
            action =
                    "Nothing if the shard was moved, or this node was cut off; otherwise find out why two nodes want the shard.")
    record WriterFenced(
            @Doc("The shard") String shard,
            @Doc("The epoch it had, 0 if it had none yet") long epoch,
            @Doc("The epoch that was found") long higherEpoch)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.segment_recovered",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "A segment whose writer was gone was sealed with everything that may have been acknowledged.",
            action = "Nothing.")
    record SegmentRecovered(
            @Doc("The shard") String shard,
            @Doc("Number of the segment") int segment,
            @Doc("Epoch of who recovered it") long epoch,
            @Doc("Offset of its last record, one below its first if it is empty") long lastOffset,
            @Doc("Records that were copied to replicas that lacked them") long copiedRecords)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.segment_rolled",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A writer sealed its segment and goes on in the next.",
            action =
                    "Nothing if reason is size or age; replica_failed and replica_lags are told as replication.replica_failed, too.")
    record SegmentRolled(
            @Doc("The shard") String shard,
            @Doc("Number of the sealed segment") int segment,
            @Doc("Offset of its last record, one below its first if it is empty") long lastOffset,
            @Doc("size, age, replica_failed, replica_lags, drain or too_few_replicas")
                    String reason,
            @Doc("Nodes that keep the next segment, separated by commas") String ensemble)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.replica_failed",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "A writer goes on without a replica that was silent, too slow, or had no disk.",
            action =
                    "detail says what was seen; look at that journal node and at the network to it.")
    record ReplicaFailed(
            @Doc("The shard") String shard,
            @Doc("Number of the segment") int segment,
            @Doc("The node of the replica") String replica,
            @Doc("What was seen") String detail)
            implements ReplicationEvent {
        @Override
        public String throttleKey() {
            return replica;
        }
    }

    @EventType(
            name = "replication.ensemble_wanted",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause = "There are too few healthy journal nodes to begin a segment; appends wait.",
            action = "Bring journal nodes back, or add some; the writer goes on by itself.")
    record EnsembleWanted(
            @Doc("The shard") String shard,
            @Doc("Nodes that could be chosen") int healthyNodes,
            @Doc("Nodes that are needed at least") int neededNodes)
            implements ReplicationEvent {
        @Override
        public String throttleKey() {
            return shard;
        }
    }

    @EventType(
            name = "replication.appends_refused",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "Too many records wait for their acknowledgement, or for too long; new ones are refused.",
            action =
                    "See replication.ensemble_wanted and replication.replica_failed; what was taken is kept, and appends work again by themselves.")
    record AppendsRefused(
            @Doc("The shard") String shard,
            @Doc(value = "Waiting", unit = "By") long waitingBytes,
            @Doc(value = "May wait at most", unit = "By") long limitBytes,
            @Doc(value = "The oldest has waited", unit = "ms") long waitedMillis,
            @Doc(value = "It may wait at most", unit = "ms") long limitMillis)
            implements ReplicationEvent {
        @Override
        public String throttleKey() {
            return shard;
        }
    }

    @EventType(
            name = "replication.segment_fenced",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This replica takes nothing any more from the segment's old writer.",
            action = "Nothing.")
    record SegmentFenced(
            @Doc("The shard") String shard,
            @Doc("Number of the segment") int segment,
            @Doc("Lower epochs are refused") long epoch,
            @Doc("Offset after the last record here") long endOffset)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.replica_disk_failed",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause = "The disk of this replica did not take, or give, records of a segment.",
            action =
                    "error_msg says why; the writer goes on with other replicas. Make room or repair the disk.")
    record ReplicaDiskFailed(
            @Doc("The shard") String shard,
            @Doc("Number of the segment") int segment,
            Failure failure)
            implements ReplicationEvent {
        @Override
        public String throttleKey() {
            return shard;
        }
    }

    @EventType(
            name = "replication.segment_copied",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "This replica fetched what it lacked of a sealed segment from others.",
            action = "Nothing.")
    record SegmentCopied(
            @Doc("The shard") String shard,
            @Doc("Number of the segment") int segment,
            @Doc("Records fetched") long records)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.segment_repaired",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "A sealed segment was copied to another node, which is in its ensemble from now on.",
            action = "Nothing.")
    record SegmentRepaired(
            @Doc("The shard") String shard,
            @Doc("Number of the segment") int segment,
            @Doc("Node that is gone or is being emptied, empty if the segment had too few")
                    String fromNode,
            @Doc("Node that keeps it now") String toNode)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.segment_deleted",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "This replica deleted a segment that retention removed, or that others keep now.",
            action = "Nothing.")
    record SegmentDeleted(@Doc("The shard") String shard, @Doc("Number of the segment") int segment)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.node_named",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause =
                    "This journal server had no id for replicated segments, or had lost records that one with its old id kept, and drew an id.",
            action =
                    "Nothing on a first start. With lost_records: find out what became of its disk; others copy what it had, and it gets new segments.")
    record NodeNamed(
            @Doc("Its id in ensembles from now on") String journalId,
            @Doc("It had segments before that are gone") boolean lostRecords)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.document_unreadable",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause = "What placement says of a shard or segment is not a description of one.",
            action =
                    "Find out who wrote it, and whether all nodes run the same version; the shard takes no records meanwhile.")
    record DocumentUnreadable(@Doc("Its name") String document, Failure failure)
            implements ReplicationEvent {
        @Override
        public String throttleKey() {
            return document;
        }
    }

    @EventType(
            name = "replication.journal_unreachable",
            severity = Severity.WARN,
            volume = Volume.FAULT,
            cause = "The connection to a journal server broke, or could not be made.",
            action =
                    "error_msg says why; it is tried again all the time, and messages to it are dropped meanwhile. Look at that server and at the network to it.")
    record JournalUnreachable(
            @Doc("Its id in ensembles") String journalId,
            @Doc("Where it was looked for") String address,
            Failure failure)
            implements ReplicationEvent {
        @Override
        public String throttleKey() {
            return journalId;
        }
    }

    @EventType(
            name = "replication.journal_reachable",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "There is a connection to a journal server again.",
            action = "Nothing.")
    record JournalReachable(
            @Doc("Its id in ensembles") String journalId,
            @Doc("Where it is") String address,
            @Doc(value = "Time without", unit = "ms") long outageMillis)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.log_failed",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause =
                    "Records of a replicated log have waited for their acknowledgement for too long; new ones are refused at once.",
            action =
                    "detail says how many journal servers answer: bring the others back. What waits is kept, and appends work again by themselves.")
    record LogFailed(
            @Doc("The shard") String shard,
            @Doc("What is missing") String detail,
            @Doc(value = "The oldest record has waited", unit = "ms") long waitedMillis)
            implements ReplicationEvent {
        @Override
        public String throttleKey() {
            return shard;
        }
    }

    @EventType(
            name = "replication.log_recovered",
            severity = Severity.INFO,
            volume = Volume.LIFECYCLE,
            cause = "A replicated log takes records again.",
            action = "Nothing.")
    record LogRecovered(
            @Doc("The shard") String shard,
            @Doc(value = "Time that it did not", unit = "ms") long outageMillis)
            implements ReplicationEvent {}

    @EventType(
            name = "replication.thread_ended",
            severity = Severity.ERROR,
            volume = Volume.FAULT,
            cause = "A defect of ours ended the thread that served replicated segments or a log.",
            action =
                    "Report it with error_type and error_msg, and restart the process: it serves them no more until then.")
    record ThreadEnded(@Doc("Name of the thread") String endedThread, Failure failure)
            implements ReplicationEvent {
        @Override
        public String throttleKey() {
            return endedThread;
        }
    }
}
