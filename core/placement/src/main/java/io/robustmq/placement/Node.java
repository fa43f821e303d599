package io.robustmq.placement;

import java.util.Map;
import java.util.Set;

/**
 * A node as others may know it.
 *
 * @param nodeId 1 to {@value #MAX_TEXT} characters, unique in the cluster
 * @param roles at least one
 * @param extendInfo its addresses, such as {@code mqtt=127.0.0.1:1883}; at most {@value
 *     #MAX_EXTEND_INFO} entries of at most {@value #MAX_TEXT} characters each
 */
public record Node(String nodeId, Set<Role> roles, Map<String, String> extendInfo) {
    static final int MAX_TEXT = 1024;
    static final int MAX_EXTEND_INFO = 64;

    public Node {
        roles = Set.copyOf(roles);
        extendInfo = Map.copyOf(extendInfo);
        checkId(nodeId);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("node " + nodeId + " has no role");
        }
        if (extendInfo.size() > MAX_EXTEND_INFO) {
            throw new IllegalArgumentException(
                    "extend_info has at most "
                            + MAX_EXTEND_INFO
                            + " entries, was "
                            + extendInfo.size());
        }
        extendInfo.forEach((key, value) -> {
            checkLength("a key of extend_info", key);
            checkLength("extend_info " + key, value);
        });
    }

    static void checkId(String nodeId) {
        if (nodeId.isBlank()) {
            throw new IllegalArgumentException("a node's id must not be empty");
        }
        checkLength("a node's id", nodeId);
    }

    private static void checkLength(String what, String text) {
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException(
                    what + " has at most " + MAX_TEXT + " characters, was " + text.length());
        }
    }
}
