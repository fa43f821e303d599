package io.robustmq.placement;

import java.util.Comparator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * The last commands of each origin. Bound: {@link #MAX} origins; for one more, that which has been
 * silent for longest goes, and what it sends again after that is done again.
 */
record Answers(PSortedMap<MemberId, Window> byOrigin) {
    static final int MAX = 256;
    static final Answers NONE = new Answers(TreePMap.empty(Members.ORDER));

    /**
     * Null if the command is still to be done.
     *
     * @param revision of the state that is made now
     */
    @Nullable Answered answered(CommandId id, long revision) {
        Window window = byOrigin.getOrDefault(id.origin(), Window.NONE);
        Answered before = window.byNumber().get(id.number());
        return before == null && window.isTooLate(id.number())
                ? new Answered(revision, new Answer.TooLate())
                : before;
    }

    Answers with(CommandId id, Answered answered) {
        Window window = byOrigin.getOrDefault(id.origin(), Window.NONE);
        return new Answers(room(id.origin()).plus(id.origin(), window.with(id.number(), answered)));
    }

    private PSortedMap<MemberId, Window> room(MemberId origin) {
        if (byOrigin.size() < MAX || byOrigin.containsKey(origin)) {
            return byOrigin;
        }
        MemberId silent =
                byOrigin.entrySet().stream()
                        .min(
                                Comparator.comparingLong((Map.Entry<MemberId, Window> each) ->
                                        each.getValue().used()))
                        .orElseThrow()
                        .getKey();
        return byOrigin.minus(silent);
    }
}
