package io.robustmq.placement;

/**
 * Something small that all nodes know alike, such as a user or where a segment is.
 *
 * @param version the revision of the state that its last change made
 * @param created the revision that its first change made, since it was last not there
 * @param by who made the last change
 * @param why the reason they gave
 */
public record Document(
        DocumentKind kind,
        String name,
        Content content,
        long version,
        long created,
        Author by,
        String why) {
    /** Of {@link #name}, in characters. */
    public static final int MAX_NAME = 1024;

    /** Of {@link #why}, in characters. */
    public static final int MAX_WHY = 1024;

    static void checkName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw new IllegalArgumentException(
                    "a document's name has 1 to " + MAX_NAME + " characters, was " + name.length());
        }
    }

    static void checkWhy(String why) {
        if (why.length() > MAX_WHY) {
            throw new IllegalArgumentException(
                    "the reason for a change has at most "
                            + MAX_WHY
                            + " characters, was "
                            + why.length());
        }
    }
}
