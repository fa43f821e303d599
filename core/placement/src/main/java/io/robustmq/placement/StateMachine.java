package io.robustmq.placement;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The fold of what is agreed, and what of it is shown. After a member begins anew it goes again
 * through states that were shown before; they are not shown again.
 */
final class StateMachine {
    private final AtomicReference<PlacementState> shown =
            new AtomicReference<>(PlacementState.EMPTY);
    private final Consumer<PlacementState.Step> news;

    // the member's thread
    private Folded folded = Folded.NOTHING;

    /**
     * @param news each new step, once it is shown
     */
    StateMachine(Consumer<PlacementState.Step> news) {
        this.news = news;
    }

    /** Any thread. */
    PlacementState state() {
        return shown.getAcquire();
    }

    Folded folded() {
        return folded;
    }

    /** Null if it was made before. */
    PlacementState.@Nullable Step apply(Operation.Change change) {
        if (folded.requests().has(change.origin(), change.number())) {
            return null;
        }
        PlacementState.Step step = folded.state().apply(change.command());
        folded =
                new Folded(
                        step.state(),
                        folded.requests().with(change.origin(), change.number(), change.floor()));
        show(step);
        return step;
    }

    /** Raft begins, or begins anew. */
    void begin(Folded from) {
        folded = from;
        shown.compareAndSet(PlacementState.EMPTY, from.state());
    }

    void restore(Folded from) {
        folded = from;
        show(new PlacementState.Step(from.state(), null, new Answer.Agreed(false)));
    }

    private void show(PlacementState.Step step) {
        if (step.state().revision() > shown.getPlain().revision()) {
            shown.setRelease(step.state());
            news.accept(step);
        }
    }
}
