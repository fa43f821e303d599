package io.robustmq.placement;

import java.util.List;
import java.util.TreeMap;
import org.pcollections.TreePMap;

/** All that the entries of the log make, and a snapshot holds. */
record Folded(PlacementState state, Requests requests) {
    static final Folded NOTHING = new Folded(PlacementState.EMPTY, Requests.NONE);

    /**
     * Before the first entry. Addresses are not agreed on by forming the group: each member tells
     * its own afterwards.
     */
    static Folded begun(List<Member> founders) {
        TreeMap<MemberId, Member> members = new TreeMap<>(Members.ORDER);
        founders.forEach(each -> members.put(each.id(), new Member(each.id(), each.name(), "")));
        PlacementState empty = PlacementState.EMPTY;
        return new Folded(
                new PlacementState(
                        0,
                        empty.nodes(),
                        empty.orders(),
                        empty.documents(),
                        empty.claims(),
                        new Members(TreePMap.fromSortedMap(members))),
                Requests.NONE);
    }
}
