package io.robustmq.journal;

/** What an acknowledged append has survived when it is told. */
public enum Durability {
    /** Synced to disk: it survives a power cut. The default. */
    FSYNC,
    /**
     * Written to the operating system and synced within {@value Writer#TICK_MILLIS} ms: it survives
     * {@code kill -9}; a power cut loses up to that much of what was acknowledged.
     */
    INTERVAL,
    /**
     * Written to the operating system, which syncs when it likes: it survives {@code kill -9}; a
     * power cut loses what the system had not written back, commonly up to 30 s.
     */
    OS
}
