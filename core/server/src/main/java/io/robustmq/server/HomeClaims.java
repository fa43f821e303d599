package io.robustmq.server;

import io.robustmq.broker.ClientDirectory;
import io.robustmq.placement.ClaimAnswer;
import io.robustmq.placement.ClaimChange;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.PlacementWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clients of one home, as placement knows them. What is wished while an answer is awaited goes
 * to placement together, in the order of the wishes. Any thread.
 *
 * <p>Bound: the connections of this broker that are being admitted, and its sessions.
 */
final class HomeClaims implements ClientDirectory {
    /** How long a client may wait until all homes are served. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long AGAIN_MILLIS = 50;

    /** What placement has agreed on is known here about as soon as its answer. */
    private static final long SOON_MILLIS = 2;

    private final PlacementWriter placement;
    private final NodeEpoch self;
    private final Homes homes;
    private final Executor later;
    private final Executor soon;

    // guarded by this
    private final Map<String, Held> held = new HashMap<>();
    private final Queue<Wish> waiting = new ArrayDeque<>();
    private boolean isAsking;

    /** A client that is here, or on its way here. */
    private static final class Held {
        /** Its session, if it has one, and its connections. */
        int count;

        /** Of the claim; 0 until there is one. */
        long epoch;

        /** Whether it is certain that no other home has the client's session. */
        boolean isSettled;
    }

    /** Something to ask placement for. */
    private sealed interface Wish {
        ClaimChange change();

        record Claim(String clientId, Consumer<Whereabouts> told, long until) implements Wish {
            @Override
            public ClaimChange change() {
                return new ClaimChange.TakeFree(clientId);
            }
        }

        record Restore(String clientId, CompletableFuture<Void> done) implements Wish {
            @Override
            public ClaimChange change() {
                return new ClaimChange.Take(clientId);
            }
        }

        record Release(ClaimChange.Release change) implements Wish {}
    }

    /**
     * @param self the home's registration, in whose name its clients are claimed
     */
    HomeClaims(PlacementWriter placement, NodeEpoch self, Homes homes) {
        this.placement = placement;
        this.self = self;
        this.homes = homes;
        this.later = CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        this.soon = CompletableFuture.delayedExecutor(SOON_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void claim(String clientId, Consumer<Whereabouts> told) {
        boolean isHere;
        synchronized (this) {
            Held known = held.computeIfAbsent(clientId, id -> new Held());
            known.count++;
            isHere = known.isSettled;
        }
        if (isHere) {
            told.accept(Whereabouts.HERE);
        } else {
            homes.measures().claimBegun();
            ask(new Wish.Claim(clientId, told, System.nanoTime() + PATIENCE.toNanos()));
        }
    }

    @Override
    public synchronized void hold(String clientId) {
        held.computeIfAbsent(clientId, id -> new Held()).count++;
    }

    @Override
    public void drop(String clientId) {
        Wish.Release release = dropped(clientId);
        if (release != null) {
            ask(release);
        }
    }

    private synchronized Wish.@Nullable Release dropped(String clientId) {
        Held known = held.get(clientId);
        if (known == null) {
            throw new IllegalStateException("a client is dropped that is not here: " + clientId);
        }
        known.count--;
        if (known.count > 0) {
            return null;
        }
        held.remove(clientId);
        return known.epoch == 0
                ? null
                : new Wish.Release(new ClaimChange.Release(clientId, known.epoch));
    }

    @Override
    public void restored(Collection<String> clientIds) {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (String clientId : clientIds) {
            hold(clientId);
            CompletableFuture<Void> done = new CompletableFuture<>();
            all.add(done);
            ask(new Wish.Restore(clientId, done));
        }
        all.forEach(CompletableFuture::join);
    }

    @Override
    public void unreachable(Whereabouts.Elsewhere there, Throwable why) {
        homes.unreachable(there, why);
    }

    // placement

    private void ask(Wish wish) {
        synchronized (this) {
            waiting.add(wish);
            if (isAsking) {
                return;
            }
            isAsking = true;
        }
        askNext();
    }

    private void askNext() {
        List<Wish> wishes = next();
        if (wishes.isEmpty()) {
            return;
        }
        Homes.Served before = homes.servedNow();
        var unused =
                placement
                        .changeClaims(self, wishes.stream().map(Wish::change).toList())
                        .whenComplete((answer, failure) -> {
                            if (failure == null) {
                                answered(wishes, answer, before);
                            } else {
                                failed(wishes, failure);
                            }
                            askNext();
                        });
    }

    /** As many as go together; empty if there are none, and then nobody asks any more. */
    private synchronized List<Wish> next() {
        List<Wish> wishes = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && wishes.size() < ClaimChange.MAX) {
            String clientId = waiting.element().change().clientId();
            bytes += clientId.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > ClaimChange.MAX_BYTES) {
                break;
            }
            wishes.add(waiting.remove());
        }
        isAsking = !wishes.isEmpty();
        return wishes;
    }

    private void answered(List<Wish> wishes, ClaimAnswer answer, Homes.Served before) {
        switch (answer) {
            case ClaimAnswer.Done(List<ClaimAnswer.Result> results) -> {
                for (int i = 0; i < wishes.size(); i++) {
                    answered(wishes.get(i), results.get(i), before);
                }
            }
            case ClaimAnswer.Superseded _ ->
                    failed(wishes, new IllegalStateException("this broker is not registered"));
            case ClaimAnswer.Full(int most) ->
                    failed(
                            wishes,
                            new IllegalStateException(
                                    "the cluster has at most " + most + " clients"));
        }
    }

    private void answered(Wish wish, ClaimAnswer.Result result, Homes.Served before) {
        switch (result) {
            case ClaimAnswer.Result.Taken taken -> {
                String clientId = wish.change().clientId();
                took(clientId, taken.epoch());
                switch (wish) {
                    case Wish.Claim claim -> settle(claim, taken.epoch(), before);
                    case Wish.Restore(String _, CompletableFuture<Void> done) -> {
                        settled(clientId);
                        done.complete(null);
                    }
                    case Wish.Release release ->
                            throw new IllegalStateException(release + " was answered " + result);
                }
            }
            case ClaimAnswer.Result.Held(NodeEpoch owner, long _) -> {
                if (wish instanceof Wish.Claim claim) {
                    atAnother(claim, owner);
                }
            }
            case ClaimAnswer.Result.Released _ -> {}
        }
    }

    /** If nobody waits for it any more it is given back. */
    private void took(String clientId, long epoch) {
        synchronized (this) {
            Held known = held.get(clientId);
            if (known != null) {
                known.epoch = epoch;
                return;
            }
        }
        ask(new Wish.Release(new ClaimChange.Release(clientId, epoch)));
    }

    /**
     * It is this home's, unless it has a session at a home that nobody serves at present: whoever
     * serves that next takes the client, before it says that it serves. So the same must have
     * served all homes before placement was asked and after.
     *
     * @param before as it was known when placement was asked
     */
    private void settle(Wish.Claim claim, long epoch, Homes.Served before) {
        Homes.Served now = homes.servedAt(epoch / ClaimChange.MAX);
        switch (now) {
            case Homes.Served.All _ -> {
                if (now.equals(before)) {
                    settled(claim.clientId);
                    tell(claim, Whereabouts.HERE);
                } else {
                    soon.execute(() -> ask(claim));
                }
            }
            case Homes.Served.Later() -> soon.execute(() -> settle(claim, epoch, before));
            case Homes.Served.Not(String which) -> {
                if (System.nanoTime() < claim.until) {
                    again(claim);
                } else {
                    giveUp(
                            claim,
                            "its session may be at "
                                    + which
                                    + ", which no broker serves at present");
                }
            }
        }
    }

    private synchronized void settled(String clientId) {
        Held known = held.get(clientId);
        if (known != null) {
            known.isSettled = true;
        }
    }

    private void atAnother(Wish.Claim claim, NodeEpoch owner) {
        switch (homes.where(owner)) {
            case Whereabouts.Elsewhere there -> {
                forget(claim.clientId);
                tell(claim, there);
            }
            case Whereabouts.Here _ ->
                    throw new IllegalStateException("another home is this one: " + owner);
            case Whereabouts.Unknown(String why) -> {
                if (System.nanoTime() < claim.until) {
                    again(claim);
                } else {
                    giveUp(claim, why);
                }
            }
        }
    }

    private void again(Wish.Claim claim) {
        later.execute(() -> ask(claim));
    }

    private void giveUp(Wish.Claim claim, String why) {
        drop(claim.clientId);
        tell(claim, new Whereabouts.Unknown(why));
    }

    private void tell(Wish.Claim claim, Whereabouts where) {
        HomeMeasures.Ended how =
                switch (where) {
                    case Whereabouts.Here _ -> HomeMeasures.Ended.HERE;
                    case Whereabouts.Elsewhere _ -> HomeMeasures.Ended.ELSEWHERE;
                    case Whereabouts.Unknown _ -> HomeMeasures.Ended.UNKNOWN;
                };
        homes.measures().claimEnded(how, System.nanoTime() - (claim.until - PATIENCE.toNanos()));
        claim.told.accept(where);
    }

    /** Clients that are here, or on their way here. */
    synchronized int size() {
        return held.size();
    }

    /** Another has it: nothing to release. */
    private synchronized void forget(String clientId) {
        Held known = held.get(clientId);
        if (known != null) {
            known.count--;
            known.epoch = 0;
            known.isSettled = false;
            if (known.count == 0) {
                held.remove(clientId);
            }
        }
    }

    private void failed(List<Wish> wishes, Throwable why) {
        for (Wish wish : wishes) {
            switch (wish) {
                case Wish.Claim claim -> giveUp(claim, "placement: " + reason(why));
                case Wish.Restore(String _, CompletableFuture<Void> done) ->
                        done.completeExceptionally(why);
                case Wish.Release release -> later.execute(() -> ask(release));
            }
        }
    }

    private static String reason(Throwable why) {
        Throwable cause = why.getCause() == null ? why : why.getCause();
        return String.valueOf(cause.getMessage());
    }
}
