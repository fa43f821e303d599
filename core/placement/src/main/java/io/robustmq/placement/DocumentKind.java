package io.robustmq.placement;

/** What a document is about. */
public enum DocumentKind {
    SHARD("shard"),
    SEGMENT("segment"),
    USER("user"),
    ACL("acl"),
    SCHEMA("schema"),
    CONFIG("config");

    private final String text;

    DocumentKind(String text) {
        this.text = text;
    }

    /** The kind's name, in events and on command lines. */
    public String text() {
        return text;
    }
}
