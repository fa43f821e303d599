package io.robustmq.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** Questions at this member whether it has all that was agreed before they were asked. */
final class Barriers {
    private static final long UNKNOWN = Long.MAX_VALUE;

    private final long patienceMillis;
    private final TreeMap<Long, Asked> asked = new TreeMap<>();
    private long last;

    private static final class Asked {
        final CompletableFuture<Void> done;
        final long until;
        long sent;

        /** Of Raft's log. */
        long index = UNKNOWN;

        Asked(CompletableFuture<Void> done, long until, long sent) {
            this.done = done;
            this.until = until;
            this.sent = sent;
        }
    }

    Barriers(long patienceMillis) {
        this.patienceMillis = patienceMillis;
    }

    /** A number to ask the leader with. */
    long add(CompletableFuture<Void> done, long nowMillis) {
        asked.put(++last, new Asked(done, nowMillis + patienceMillis, nowMillis));
        return last;
    }

    void answered(long request, long index, long applied) {
        Asked one = asked.get(request);
        if (one != null && one.index == UNKNOWN) {
            one.index = index;
            applied(applied);
        }
    }

    /** This member has folded what is up to there. */
    void applied(long index) {
        if (asked.isEmpty()) {
            return;
        }
        List<Asked> reached = new ArrayList<>();
        asked.values().removeIf(one -> one.index <= index && reached.add(one));
        reached.forEach(one -> one.done.complete(null));
    }

    void tick(long nowMillis, LongConsumer ask) {
        List<Asked> old = new ArrayList<>();
        asked.values().removeIf(one -> nowMillis >= one.until && old.add(one));
        old.forEach(one ->
                one.done.completeExceptionally(
                        new PlacementUnavailableException(
                                "no leader answered within " + patienceMillis + " ms")));
        asked.forEach((request, one) -> {
            if (one.index == UNKNOWN && nowMillis - one.sent >= Proposals.AGAIN_MILLIS) {
                one.sent = nowMillis;
                ask.accept(request);
            }
        });
    }

    void failAll(IOException why) {
        List<Asked> lost = List.copyOf(asked.values());
        asked.clear();
        lost.forEach(one -> one.done.completeExceptionally(why));
    }
}
