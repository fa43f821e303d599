package io.robustmq.placement;

import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.pcollections.TreePMap;

/**
 * The fold of what is agreed, and what of it is shown. After a member begins anew it goes again
 * through states that were shown before; they are not shown again.
 */
final class StateMachine {
    private final AtomicReference<PlacementState> shown =
            new AtomicReference<>(PlacementState.EMPTY);
    private final Consumer<PlacementState.Step> news;

    // the member's thread
    private PlacementState folded = PlacementState.EMPTY;

    /**
     * @param news what it begins with, and each new step, once it is shown
     */
    StateMachine(Consumer<PlacementState.Step> news) {
        this.news = news;
    }

    /** Any thread. */
    PlacementState state() {
        return shown.getAcquire();
    }

    PlacementState folded() {
        return folded;
    }

    PlacementState.Step apply(Operation.Change change) {
        PlacementState.Step step = folded.apply(change.id(), change.command());
        folded = step.state();
        show(step);
        return step;
    }

    /** Raft begins, or begins anew. */
    void begin(List<Member> founders) {
        folded = begun(founders);
        if (shown.compareAndSet(PlacementState.EMPTY, folded)) {
            news.accept(PlacementState.Step.to(folded));
        }
    }

    /**
     * Before the first entry. Addresses are not agreed on by forming the group: each member tells
     * its own afterwards.
     */
    private static PlacementState begun(List<Member> founders) {
        TreeMap<MemberId, Member> members = new TreeMap<>(Members.ORDER);
        founders.forEach(each -> members.put(each.id(), new Member(each.id(), each.name(), "")));
        PlacementState empty = PlacementState.EMPTY;
        return new PlacementState(
                0,
                empty.nodes(),
                empty.orders(),
                empty.documents(),
                empty.claims(),
                new Members(TreePMap.fromSortedMap(members), empty.members().gone()),
                empty.answers());
    }

    void restore(PlacementState from) {
        folded = from;
        show(PlacementState.Step.to(from));
    }

    private void show(PlacementState.Step step) {
        if (step.state().revision() > shown.getPlain().revision()) {
            shown.setRelease(step.state());
            news.accept(step);
        }
    }
}
