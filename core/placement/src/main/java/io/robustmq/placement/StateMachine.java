package io.robustmq.placement;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

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
     * @param news each new step, once it is shown
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

    PlacementState.Step apply(Command command) {
        PlacementState.Step step = folded.apply(command);
        folded = step.state();
        show(step);
        return step;
    }

    /** Raft begins anew. */
    void forget() {
        folded = PlacementState.EMPTY;
    }

    void restore(PlacementState state) {
        folded = state;
        show(new PlacementState.Step(state, null, new Answer.Agreed(false)));
    }

    private void show(PlacementState.Step step) {
        if (step.state().revision() > shown.getPlain().revision()) {
            shown.setRelease(step.state());
            news.accept(step);
        }
    }
}
