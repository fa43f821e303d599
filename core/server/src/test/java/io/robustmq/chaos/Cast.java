package io.robustmq.chaos;

import java.util.List;

/**
 * Who takes part, by client id.
 *
 * @param kept subscribe to everything before anything is published; their sessions are kept
 * @param passing the same, but their sessions end with their connections
 * @param group kept, members of one shared subscription to what is published
 * @param publishers with a kept session and without
 */
record Cast(
        List<String> kept,
        List<String> passing,
        List<String> group,
        List<String> publishers,
        List<String> retaining) {}
