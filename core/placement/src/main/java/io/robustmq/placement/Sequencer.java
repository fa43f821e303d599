package io.robustmq.placement;

import io.robustmq.journal.Shard;
import io.robustmq.telemetry.event.Events;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts changes in one order: each is in the log, durably, before the state machine sees it, and the
 * state machine sees them in the order of the log. One thread.
 *
 * <p>Bound: {@link #MAX_WAITING}; above it {@link #submit} fails at once with {@link
 * PlacementBusyException}.
 */
final class Sequencer implements Runnable {
    static final int MAX_WAITING = 1024;

    private sealed interface Work {
        record Change(Command command, CompletableFuture<PlacementState.Step> done)
                implements Work {}

        record Stop() implements Work {}
    }

    private record Logged(byte[] command, CompletableFuture<Long> index, Work.Change change) {}

    private final Shard log;
    private final ConsensusMember member;
    private final Events events;
    private final Consumer<PlacementState.Step> news;

    /** One place more than changes may take, for the stop. */
    private final ArrayBlockingQueue<Work> waiting = new ArrayBlockingQueue<>(MAX_WAITING + 1);

    private boolean accepting;

    /** The log and the state machine are not in step any more. */
    private @Nullable Throwable broken;

    /**
     * @param news each step of the state
     */
    Sequencer(
            Shard log, ConsensusMember member, Events events, Consumer<PlacementState.Step> news) {
        this.log = log;
        this.member = member;
        this.events = events;
        this.news = news;
    }

    synchronized CompletableFuture<PlacementState.Step> submit(Command command) {
        if (!accepting) {
            return CompletableFuture.failedFuture(
                    new IllegalStateException("placement is not open"));
        }
        if (waiting.size() >= MAX_WAITING) {
            return CompletableFuture.failedFuture(new PlacementBusyException(MAX_WAITING));
        }
        CompletableFuture<PlacementState.Step> done = new CompletableFuture<>();
        waiting.add(new Work.Change(command, done));
        return done;
    }

    synchronized void accept() {
        accepting = true;
    }

    /** The thread ends after what was submitted before. */
    synchronized void stop() {
        if (accepting) {
            accepting = false;
            waiting.add(new Work.Stop());
        }
    }

    @Override
    public void run() {
        List<Work> taken = new ArrayList<>();
        List<Logged> group = new ArrayList<>();
        boolean more = true;
        while (more) {
            taken.clear();
            group.clear();
            try {
                taken.add(waiting.take());
            } catch (InterruptedException e) {
                throw new IllegalStateException("the sequencer is nobody's to interrupt", e);
            }
            waiting.drainTo(taken);
            for (Work work : taken) {
                switch (work) {
                    case Work.Change change -> {
                        byte[] command = change.command.encoded();
                        group.add(new Logged(command, log.append(command), change));
                    }
                    case Work.Stop() -> more = false;
                }
            }
            group.forEach(this::finish);
        }
    }

    private void finish(Logged logged) {
        CompletableFuture<PlacementState.Step> done = logged.change.done;
        long index;
        try {
            index = logged.index.join();
        } catch (CompletionException e) {
            done.completeExceptionally(e.getCause() == null ? e : e.getCause());
            return;
        }
        if (broken != null) {
            done.completeExceptionally(broken);
            return;
        }
        try {
            PlacementState.Step step = member.apply(index, logged.command).join();
            PlacementNews.tell(step, events);
            news.accept(step);
            done.complete(step);
        } catch (RuntimeException e) {
            broken =
                    new IllegalStateException(
                            "the placement state stays behind its log; it is read back on restart",
                            e);
            done.completeExceptionally(broken);
        }
    }
}
