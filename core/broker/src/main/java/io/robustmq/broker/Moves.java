package io.robustmq.broker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which messages are written anew at the end of the log, so that the segments that they alone hold
 * can go. What waits for a session is never moved: its order is that of the log.
 *
 * <p>Bound: half of what is appended between two snapshots, the oldest first, and nothing as long
 * as half of the log is of use. So moving at most doubles what is written.
 *
 * @param retained offsets by topic
 * @param delayed due times, epoch millis, by offset
 */
record Moves(Map<String, Long> retained, Map<Long, Long> delayed) {

    /** What a record takes in the log besides its message: the journal's frame, and its fields. */
    private static final int OVERHEAD_BYTES = 50;

    private record Candidate(long offset, int bytes, Runnable chosen) {}

    /** The oldest record that anything needs, moved or not. */
    static long oldestNeeded(BrokerState state) {
        long oldest = state.oldestQueued();
        if (!state.delayed.isEmpty()) {
            oldest = Math.min(oldest, state.delayed.firstKey());
        }
        for (BrokerState.Retained each : state.retained.values()) {
            oldest = Math.min(oldest, each.offset());
        }
        return oldest;
    }

    static Moves of(BrokerState state, long logBytes, long snapshotBytes) {
        Moves moves = new Moves(new LinkedHashMap<>(), new LinkedHashMap<>());
        long queued = state.oldestQueued();
        List<Candidate> candidates = new ArrayList<>();
        state.retained.forEach((topic, each) ->
                candidates.add(
                        new Candidate(
                                each.offset(),
                                each.bytes() + OVERHEAD_BYTES,
                                () -> moves.retained.put(topic, each.offset()))));
        state.delayed.forEach((offset, each) ->
                candidates.add(
                        new Candidate(
                                offset,
                                each.bytes() + OVERHEAD_BYTES,
                                () -> moves.delayed.put(offset, each.dueMillis()))));
        long useful = candidates.stream().mapToLong(Candidate::bytes).sum();
        if (logBytes < 2 * (useful + snapshotBytes)) {
            return moves;
        }
        candidates.sort(Comparator.comparingLong(Candidate::offset));
        long left = snapshotBytes / 2;
        for (Candidate each : candidates) {
            if (each.offset >= queued || left <= 0) {
                break;
            }
            each.chosen.run();
            left -= each.bytes;
        }
        return moves;
    }
}
