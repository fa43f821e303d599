package io.robustmq.placement;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of this member and waits for the group to agree. Asked again when there is another
 * leader, and after a while. On the member's loop.
 */
final class Wishes {
    private final Proposals proposals;
    private final Barriers barriers;
    private final Mail mail;
    private final LongSupplier millis;

    Wishes(MemberId origin, long patienceMillis, Mail mail, LongSupplier millis) {
        proposals = new Proposals(origin, patienceMillis);
        barriers = new Barriers(patienceMillis);
        this.mail = mail;
        this.millis = millis;
    }

    /**
     * @param id null for one of this member's own
     */
    void submit(
            RaftRun run,
            @Nullable CommandId id,
            Command command,
            CompletableFuture<PlacementState.Step> done) {
        CommandId named = id == null ? proposals.nextId() : id;
        Operation.Change change = proposals.add(named, command, done, millis.getAsLong());
        if (change != null) {
            propose(run, change);
        }
    }

    void barrier(RaftRun run, CompletableFuture<Void> done) {
        ask(run, barriers.add(done, millis.getAsLong()));
    }

    private void propose(RaftRun run, Operation.Change change) {
        MemberId leader = run.leader();
        if (run.isLeader()) {
            run.propose(change);
        } else if (leader != null) {
            mail.send(new Message.Forward(change), leader);
        }
    }

    private void ask(RaftRun run, long request) {
        MemberId leader = run.leader();
        if (run.isLeader()) {
            run.barrier(index -> barriers.answered(request, index, run.applied()));
        } else if (leader != null) {
            mail.send(new Message.AskBarrier(request), leader);
        }
    }

    void tick(RaftRun run) {
        String why =
                run.leader() == null
                        ? "no leader is known; most of the members must answer"
                        : "the leader gets no answer from most of the members";
        long now = millis.getAsLong();
        proposals.tick(now, why, change -> propose(run, change));
        barriers.tick(now, request -> ask(run, request));
    }

    /** There is another leader. */
    void again(RaftRun run) {
        proposals.again(change -> propose(run, change));
    }

    /** A change was made. */
    void made(Operation.Change change, PlacementState.Step step) {
        proposals.made(change, step);
    }

    /** A snapshot took the place of the changes before it. */
    void passed(PlacementState state) {
        proposals.passed(state);
    }

    /** All up to there is folded. */
    void applied(long index) {
        barriers.applied(index);
    }

    void answered(Message.BarrierAt answer, long applied) {
        barriers.answered(answer.request(), answer.index(), applied);
    }

    void failAll(IOException why) {
        proposals.failAll(why);
        barriers.failAll(why);
    }

    /** Null if there is none, and then this is refused. */
    static @Nullable RaftRun running(
            @Nullable RaftRun run, @Nullable Throwable broken, CompletableFuture<?> done) {
        if (run == null) {
            done.completeExceptionally(
                    new PlacementUnavailableException(
                            "placement takes no changes at present", broken));
        }
        return run;
    }
}
