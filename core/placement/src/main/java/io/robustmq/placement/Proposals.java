package io.robustmq.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes that were asked for at this member and are not agreed yet. Each is proposed again until
 * it is: by its id all members know that they made it.
 */
final class Proposals {
    /** After so long without an agreement it is proposed again. */
    static final long AGAIN_MILLIS = 400;

    private final MemberId origin;
    private final long patienceMillis;

    /** In the order that they were asked for. */
    private final Map<CommandId, Waiting> waiting = new LinkedHashMap<>();

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

        void also(CompletableFuture<PlacementState.Step> other) {
            done.whenComplete((step, failure) -> {
                if (failure == null) {
                    other.complete(step);
                } else {
                    other.completeExceptionally(failure);
                }
            });
        }
    }

    Proposals(MemberId origin, long patienceMillis) {
        this.origin = origin;
        this.patienceMillis = patienceMillis;
    }

    /** A number that none of this member's own changes had. */
    CommandId nextId() {
        return new CommandId(origin, ++last);
    }

    /** A change to propose; null if it waits already, and then both get its answer. */
    Operation.@Nullable Change add(
            CommandId id,
            Command command,
            CompletableFuture<PlacementState.Step> done,
            long nowMillis) {
        Waiting same = waiting.get(id);
        if (same != null) {
            same.also(done);
            return null;
        }
        Operation.Change change = new Operation.Change(id, command);
        waiting.put(id, new Waiting(change, done, nowMillis + patienceMillis, nowMillis));
        return change;
    }

    /** It is agreed. */
    void made(Operation.Change change, PlacementState.Step step) {
        Waiting one = waiting.remove(change.id());
        if (one != null) {
            one.done.complete(step);
        }
    }

    /** A snapshot took the place of the entries; it knows what was answered. */
    void passed(PlacementState state) {
        for (Waiting one : List.copyOf(waiting.values())) {
            CommandId id = one.change.id();
            Answered answered =
                    state.answers()
                            .byOrigin()
                            .getOrDefault(id.origin(), Window.NONE)
                            .byNumber()
                            .get(id.number());
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
