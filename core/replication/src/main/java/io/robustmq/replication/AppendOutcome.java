package io.robustmq.replication;

/** Who is told what became of a record. The writer's thread; must be quick. */
public interface AppendOutcome {
    /** It is on the disks of a quorum, and stays at this offset. In the order of offsets. */
    void appended(long offset);

    /** It was not acknowledged. Unless it was refused at once, it may have been kept. */
    void failed(AppendFailure why);

    /** Why a record is not acknowledged. */
    enum AppendFailure {
        /** Too much waits: nothing was taken, try again later. */
        FULL,
        /** A higher epoch exists: somebody else writes this shard. */
        FENCED,
        /** The writer was closed. */
        CLOSED
    }
}
