package io.robustmq.placement;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * Of the group that agrees. Bound: {@link #MAX}; one more changes nothing. What changes nothing
 * gives null.
 *
 * @param gone the last {@link #MAX_GONE} that were taken out, which do not come back: in the log
 *     they would find that they are
 */
record Members(PSortedMap<MemberId, Member> byId, PVector<MemberId> gone) {
    static final int MAX = 16;
    static final int MAX_GONE = 256;
    static final Comparator<MemberId> ORDER =
            Comparator.comparingLong(MemberId::high).thenComparingLong(MemberId::low);
    static final Members NONE = new Members(TreePMap.empty(ORDER), TreePVector.empty());

    /** In {@link #ORDER}. */
    List<MemberId> ids() {
        return List.copyOf(byId.keySet());
    }

    /**
     * @param among null are any
     */
    boolean are(@Nullable List<MemberId> among) {
        return among == null || ids().equals(among);
    }

    @Nullable Members with(Member member) {
        Member before = byId.get(member.id());
        return member.equals(before)
                        || (before == null && byId.size() >= MAX)
                        || gone.contains(member.id())
                ? null
                : new Members(byId.plus(member.id(), member), gone);
    }

    @Nullable Members without(MemberId id) {
        if (!byId.containsKey(id)) {
            return null;
        }
        PVector<MemberId> more = gone.plus(id);
        return new Members(byId.minus(id), more.size() > MAX_GONE ? more.minus(0) : more);
    }
}
