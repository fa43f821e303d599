package io.robustmq.placement;

import io.robustmq.telemetry.event.Admin;

/**
 * Who wanted a change, and which node they asked: that one tells it as theirs.
 *
 * @param nodeId as {@link Node#nodeId}
 */
public record Author(String nodeId, Admin admin) {
    static final int MAX_TEXT = 1024;

    public Author {
        Node.checkId(nodeId);
        if (admin.who().length() > MAX_TEXT || admin.remoteAddr().length() > MAX_TEXT) {
            throw new IllegalArgumentException(
                    "who wants a change, and from where, has at most " + MAX_TEXT + " characters");
        }
    }
}
