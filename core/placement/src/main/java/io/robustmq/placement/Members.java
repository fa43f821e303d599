package io.robustmq.placement;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * Of the group that agrees. Bound: {@link #MAX}; one more changes nothing. What changes nothing
 * gives null.
 */
record Members(PSortedMap<MemberId, Member> byId) {
    static final int MAX = 16;
    static final Comparator<MemberId> ORDER =
            Comparator.comparingLong(MemberId::high).thenComparingLong(MemberId::low);
    static final Members NONE = new Members(TreePMap.empty(ORDER));

    @Nullable Members with(Member member) {
        Member before = byId.get(member.id());
        return member.equals(before) || (before == null && byId.size() >= MAX)
                ? null
                : new Members(byId.plus(member.id(), member));
    }

    @Nullable Members without(MemberId id) {
        return byId.containsKey(id) ? new Members(byId.minus(id)) : null;
    }
}
