package io.robustmq.placement;

import io.robustmq.telemetry.event.Events;

/** Folds what Raft says is agreed, and tells who waits for it. On the member's loop. */
final class Folding {
    private final StateMachine machine;
    private final Wishes wishes;
    private final Mail mail;
    private final Events events;

    Folding(StateMachine machine, Wishes wishes, Mail mail, Events events) {
        this.machine = machine;
        this.wishes = wishes;
        this.mail = mail;
        this.events = events;
    }

    /**
     * @param isLeaders whether this member leads and proposed it: one of all members tells events
     */
    void apply(Operation.Change change, boolean isLeaders) {
        PlacementState.Step step = machine.apply(change);
        if (isLeaders) {
            PlacementNews.tell(step, events);
        }
        if (step.change() instanceof PlacementChange.MemberAdded added) {
            mail.learn(added.member());
        }
        wishes.made(change, step);
    }

    PlacementState snapshot() {
        return machine.folded();
    }

    void restore(PlacementState snapshot) {
        machine.restore(snapshot);
        snapshot.members().byId().values().forEach(mail::learn);
        wishes.passed(snapshot);
    }
}
