package io.robustmq.placement;

/** What a document is about. */
public enum DocumentKind {
    SHARD,
    SEGMENT,
    USER,
    ACL,
    SCHEMA,
    CONFIG
}
