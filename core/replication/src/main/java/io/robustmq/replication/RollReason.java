package io.robustmq.replication;

/** Why a writer gives a segment up for the next. */
enum RollReason {
    SIZE,
    AGE,
    REPLICA_FAILED,
    REPLICA_LAGS,
    /** One of its nodes is to be emptied. */
    DRAIN,
    /** It has fewer replicas than it could have. */
    TOO_FEW_REPLICAS
}
