package io.robustmq.placement;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * Which node has which client. A claim holds while its owner's registration does, so that a node
 * with all its clients goes in one step. Claims that do not hold any more are taken out by the
 * commands that follow, {@link #SWEEP} looked at by each and one more for each claim that it
 * changes: what is left of a node takes no time that others would wait for.
 *
 * <p>Bound: {@link #MAX}, with those that wait to be taken out.
 *
 * @param byClient also of owners that are gone
 * @param sweptTo the client looked at last; empty before the first
 * @param laps how often the end is to be reached from there; 2 if a node went on the way
 */
record Claims(PSortedMap<String, Claim> byClient, String sweptTo, int laps) {
    static final int MAX = 10_000_000;
    static final int SWEEP = 512;
    static final Claims NONE = new Claims(TreePMap.empty(), "", 0);

    Claims {
        if (laps < 0 || laps > 2) {
            throw new IllegalArgumentException("claims are swept 0 to 2 times, was " + laps);
        }
    }

    /**
     * @param changes what became other than it was; empty if nothing did
     */
    record Outcome(
            Claims after, ClaimAnswer answer, List<PlacementChange.ClaimsChanged.One> changes) {}

    @Nullable Claim claim(String clientId, Nodes nodes) {
        Claim claim = byClient.get(clientId);
        return claim != null && nodes.isCurrent(claim.owner()) ? claim : null;
    }

    /**
     * @param owner the same object for all of a node's claims, as there are many
     */
    Outcome change(long revision, NodeEpoch owner, List<ClaimChange> wishes, Nodes nodes) {
        long taken = wishes.stream().filter(each -> !(each instanceof ClaimChange.Release)).count();
        if (taken > 0 && byClient.size() + taken > MAX) {
            return new Outcome(this, new ClaimAnswer.Full(MAX), List.of());
        }
        PSortedMap<String, Claim> after = byClient;
        List<ClaimAnswer.Result> results = new ArrayList<>(wishes.size());
        List<PlacementChange.ClaimsChanged.One> changes = new ArrayList<>(wishes.size());
        for (int place = 0; place < wishes.size(); place++) {
            ClaimChange wish = wishes.get(place);
            String clientId = wish.clientId();
            Claim before = after.get(clientId);
            switch (wish) {
                case ClaimChange.Take _, ClaimChange.TakeFree _ -> {
                    Claim held = before != null && nodes.isCurrent(before.owner()) ? before : null;
                    if (held != null
                            && wish instanceof ClaimChange.TakeFree
                            && !held.owner().equals(owner)) {
                        results.add(new ClaimAnswer.Result.Held(held.owner(), held.epoch()));
                        continue;
                    }
                    long epoch = revision * ClaimChange.MAX + place;
                    NodeEpoch previous = held == null ? null : held.owner();
                    after = after.plus(clientId, new Claim(owner, epoch));
                    results.add(new ClaimAnswer.Result.Taken(epoch, previous));
                    changes.add(new PlacementChange.ClaimsChanged.One(clientId, epoch, previous));
                }
                case ClaimChange.Release(String _, long epoch) -> {
                    boolean isHeld =
                            before != null
                                    && before.epoch() == epoch
                                    && before.owner().equals(owner);
                    if (isHeld) {
                        after = after.minus(clientId);
                        changes.add(
                                new PlacementChange.ClaimsChanged.One(
                                        clientId, PlacementChange.ClaimsChanged.RELEASED, owner));
                    }
                    results.add(new ClaimAnswer.Result.Released(isHeld));
                }
            }
        }
        return new Outcome(
                new Claims(after, sweptTo, laps), new ClaimAnswer.Done(results), changes);
    }

    /** After a node has gone, with whatever it had. */
    Claims toSweep() {
        return byClient.isEmpty() ? this : new Claims(byClient, sweptTo, sweptTo.isEmpty() ? 1 : 2);
    }

    /** Looks at the next ones, and takes out those whose owner is gone. */
    Claims swept(int toSee, Nodes nodes) {
        if (laps == 0) {
            return this;
        }
        PSortedMap<String, Claim> left = byClient;
        String at = sweptTo;
        Iterator<Map.Entry<String, Claim>> ahead = left.tailMap(at, false).entrySet().iterator();
        for (int seen = 0; seen < toSee && ahead.hasNext(); seen++) {
            Map.Entry<String, Claim> next = ahead.next();
            at = next.getKey();
            if (!nodes.isCurrent(next.getValue().owner())) {
                left = left.minus(at);
            }
        }
        return ahead.hasNext() ? new Claims(left, at, laps) : new Claims(left, "", laps - 1);
    }
}
