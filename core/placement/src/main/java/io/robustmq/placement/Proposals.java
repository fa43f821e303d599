package io.robustmq.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Changes that were asked for at this member and are not agreed yet. Each is proposed again until
 * it is: by number and origin all members know that they made it.
 */
final class Proposals {
    /** After so long without an agreement it is proposed again. */
    static final long AGAIN_MILLIS = 400;

    private final MemberId origin;
    private final long patienceMillis;
    private final TreeMap<Long, Waiting> waiting = new TreeMap<>();
    private long last;

    private static final class Waiting {
        final Operation.Change change;
        final CompletableFuture<PlacementState.Step> done;
        final long until;
        long proposed;

        Waiting(
                Operation.Change change,
                CompletableFuture<PlacementState.Step> done,
                long until,
                long proposed) {
            this.change = change;
            this.done = done;
            this.until = until;
            this.proposed = proposed;
        }
    }

    Proposals(MemberId origin, long patienceMillis) {
        this.origin = origin;
        this.patienceMillis = patienceMillis;
    }

    /** A change to propose. */
    Operation.Change add(
            Command command, CompletableFuture<PlacementState.Step> done, long nowMillis) {
        long number = ++last;
        Operation.Change change = new Operation.Change(new CommandId(origin, number), command);
        waiting.put(number, new Waiting(change, done, nowMillis + patienceMillis, nowMillis));
        return change;
    }

    /** It is agreed. */
    void made(Operation.Change change, PlacementState.Step step) {
        if (change.id().origin().equals(origin)) {
            Waiting one = waiting.remove(change.id().number());
            if (one != null) {
                one.done.complete(step);
            }
        }
    }

    /** A snapshot took the place of the entries; it knows what was answered. */
    void passed(PlacementState state) {
        Window done = state.answers().byOrigin().getOrDefault(origin, Window.NONE);
        for (Waiting one : List.copyOf(waiting.values())) {
            Answered answered = done.byNumber().get(one.change.id().number());
            if (answered != null) {
                made(one.change, new PlacementState.Step(state, null, answered));
            }
        }
    }

    /** Gives up what is too old, and proposes the others again. */
    void tick(long nowMillis, String why, Consumer<Operation.Change> propose) {
        List<Waiting> old = new ArrayList<>();
        waiting.values().removeIf(one -> nowMillis >= one.until && old.add(one));
        old.forEach(one ->
                one.done.completeExceptionally(
                        new PlacementUnavailableException(
                                "not agreed within " + patienceMillis + " ms: " + why)));
        for (Waiting one : List.copyOf(waiting.values())) {
            if (nowMillis - one.proposed >= AGAIN_MILLIS) {
                one.proposed = nowMillis;
                propose.accept(one.change);
            }
        }
    }

    /** There is a leader now. */
    void again(Consumer<Operation.Change> propose) {
        List.copyOf(waiting.values()).forEach(one -> propose.accept(one.change));
    }

    void failAll(IOException why) {
        List<Waiting> lost = List.copyOf(waiting.values());
        waiting.clear();
        lost.forEach(one -> one.done.completeExceptionally(why));
    }
}
