package io.robustmq.replication;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Which nodes get a segment: of as many racks as there are, and rather those with room. */
final class Ensembles {
    private final RandomGenerator random;

    Ensembles(RandomGenerator random) {
        this.random = random;
    }

    /**
     * At most {@code wanted} nodes, and fewer if there are not so many.
     *
     * @param but not these
     * @param beside nodes that have it already, for their racks
     */
    List<String> choose(
            List<Nodes.Candidate> candidates, int wanted, Set<String> but, Set<String> beside) {
        List<Nodes.Candidate> left = new ArrayList<>();
        Map<String, Integer> racks = new HashMap<>();
        for (Nodes.Candidate candidate : candidates) {
            if (beside.contains(candidate.node())) {
                racks.merge(candidate.rack(), 1, Integer::sum);
            } else if (!candidate.draining() && !but.contains(candidate.node())) {
                left.add(candidate);
            }
        }
        List<String> chosen = new ArrayList<>();
        while (chosen.size() < wanted) {
            Nodes.Candidate next = next(left, racks);
            if (next == null) {
                break;
            }
            left.remove(next);
            racks.merge(next.rack(), 1, Integer::sum);
            chosen.add(next.node());
        }
        return chosen;
    }

    /**
     * For a new segment.
     *
     * @param avoided in their order only as far as there is no quorum without them
     * @param but not these
     */
    List<String> choose(
            List<Nodes.Candidate> candidates,
            WriterSettings.Copies copies,
            List<String> avoided,
            Set<String> but) {
        Set<String> without = new HashSet<>(but);
        without.addAll(avoided);
        List<String> chosen = choose(candidates, copies.replicas(), without, Set.of());
        for (int i = 0; i < avoided.size() && chosen.size() < copies.quorum(); i++) {
            without.remove(avoided.get(i));
            chosen = choose(candidates, copies.replicas(), without, Set.of());
        }
        return chosen;
    }

    /** Of the racks used least, each node as likely as it has room. */
    private Nodes.@Nullable Candidate next(List<Nodes.Candidate> left, Map<String, Integer> racks) {
        int least = Integer.MAX_VALUE;
        for (Nodes.Candidate candidate : left) {
            least = Math.min(least, racks.getOrDefault(candidate.rack(), 0));
        }
        Nodes.Candidate next = null;
        double weights = 0;
        for (Nodes.Candidate candidate : left) {
            if (racks.getOrDefault(candidate.rack(), 0) == least) {
                double weight = Math.max(1, candidate.freeBytes());
                weights += weight;
                if (random.nextDouble() * weights <= weight) {
                    next = candidate;
                }
            }
        }
        return next;
    }
}
