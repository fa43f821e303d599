package io.robustmq.server;

import io.grpc.StatusRuntimeException;
import io.robustmq.server.wire.DescribeClusterResponse;
import io.robustmq.server.wire.PlacementMember;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The placement group as an operator's command finds it.
 *
 * @param leader null if none is known
 * @param answering names of members that the leader hears; of no leader, those that answer here
 * @param reachable names of members that answer this command
 * @param asking who wants to be let in
 */
record ClusterGroup(
        List<PlacementMember> members,
        @Nullable PlacementMember leader,
        Set<String> answering,
        Set<String> reachable,
        List<PlacementMember> asking) {

    static ClusterGroup of(ClusterConnection cluster) throws IOException {
        DescribeClusterResponse seen = cluster.described();
        Set<String> reachable = reachable(cluster, seen.getMembersList());
        PlacementMember leader = named(seen.getMembersList(), seen.getLeader());
        DescribeClusterResponse leads = seen;
        // of a group that was just formed, addresses are not known yet
        if (leader != null
                && !leader.getAddress().isEmpty()
                && !seen.getMember().equals(leader.getName())) {
            try {
                leads = cluster.describedBy(leader.getAddress());
            } catch (StatusRuntimeException outOfReach) {
                leads = seen;
            }
        }
        // only who leads hears of all
        Set<String> answering =
                leader != null && leads.getMember().equals(leader.getName())
                        ? new HashSet<>(leads.getAnsweringList())
                        : with(reachable, seen.getMember());
        return new ClusterGroup(
                seen.getMembersList(), leader, answering, reachable, leads.getAskingList());
    }

    /** All at once: one that is silent costs its time only once. */
    private static Set<String> reachable(ClusterConnection cluster, List<PlacementMember> members) {
        Set<String> reachable = ConcurrentHashMap.newKeySet();
        List<Thread> looks = new ArrayList<>();
        for (PlacementMember each : members) {
            looks.add(
                    Thread.startVirtualThread(() -> {
                        try {
                            String address = each.getAddress();
                            String there =
                                    address.isEmpty()
                                            ? ""
                                            : cluster.describedBy(address).getMember();
                            if (there.equals(each.getName())) {
                                reachable.add(there);
                            }
                        } catch (StatusRuntimeException silent) {
                            // it is not
                        }
                    }));
        }
        for (Thread each : looks) {
            try {
                each.join();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                return reachable;
            }
        }
        return reachable;
    }

    private static Set<String> with(Set<String> names, String one) {
        Set<String> all = new HashSet<>(names);
        all.add(one);
        return all;
    }

    private static @Nullable PlacementMember named(List<PlacementMember> among, String name) {
        return among.stream().filter(each -> each.getName().equals(name)).findAny().orElse(null);
    }

    @Nullable PlacementMember member(String name) {
        return named(members, name);
    }

    @Nullable PlacementMember asking(String name) {
        return named(asking, name);
    }

    boolean answers(String name) {
        return answering.contains(name);
    }

    /** Of the members. */
    int answering(List<PlacementMember> among) {
        return (int) among.stream().filter(each -> answers(each.getName())).count();
    }

    static int needed(int size) {
        return size / 2 + 1;
    }

    /** That the group of so many goes on without. */
    static int spare(int size) {
        return size - needed(size);
    }

    /** What a member is, for people. */
    String state(PlacementMember member) {
        String name = member.getName();
        String state =
                leader != null && leader.getName().equals(name)
                        ? "leads"
                        : answers(name) ? "follows" : "does not answer";
        return !answers(name) || reachable.contains(name) || member.getAddress().isEmpty()
                ? state
                : state + ", cannot be reached from here";
    }

    /** How many there are and what that means. */
    static String size(int members) {
        int spare = spare(members);
        return ClusterCommand.count(members, "member")
                + ", "
                + needed(members)
                + " must answer, "
                + (spare == 0 ? "none" : spare)
                + " may fail";
    }
}
