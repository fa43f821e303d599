package io.robustmq.placement;

import org.jspecify.annotations.Nullable;

/**
 * What one document is to become, if it still is what it was.
 *
 * @param expectedVersion {@link Document#version} that it must have, or {@link #ABSENT}
 * @param content null to remove it
 */
public record DocumentChange(
        DocumentKind kind, String name, long expectedVersion, @Nullable Content content) {
    /** The version of a document that is not there. */
    public static final long ABSENT = 0;

    /** Documents that are changed together. */
    public static final int MAX = 64;

    /** Names and contents of what is changed together. */
    public static final int MAX_BYTES = 1 << 20;

    public DocumentChange {
        Document.checkName(name);
        if (expectedVersion < ABSENT) {
            throw new IllegalArgumentException(
                    "an expected version is at least 0, was " + expectedVersion);
        }
    }

    public static DocumentChange create(DocumentKind kind, String name, Content content) {
        return new DocumentChange(kind, name, ABSENT, content);
    }

    /** Of what was read before. */
    public static DocumentChange replace(Document read, Content content) {
        return new DocumentChange(read.kind(), read.name(), read.version(), content);
    }

    /** Of what was read before. */
    public static DocumentChange remove(Document read) {
        return new DocumentChange(read.kind(), read.name(), read.version(), null);
    }
}
