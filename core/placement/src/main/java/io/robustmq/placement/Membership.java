package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.MembershipChangeMode;
import com.hazelcast.cp.internal.raft.impl.RaftNodeStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who takes part. Which members there shall be is agreed on as part of the state; the leader then
 * has Raft's group follow, one member at a time, so that a change goes on under the next leader. On
 * the member's loop.
 */
final class Membership {
    /** Who was not heard of for longer does not answer. */
    static final long SILENT_MILLIS = 2_000;

    /** Who asks to be let in does so several times a second. */
    private static final long ASKING_MILLIS = 1_000;

    private final Member self;
    private final Map<MemberId, Long> heard = new HashMap<>();

    /** Members that belong to no group yet, by name. */
    private final Map<String, Asking> asking = new HashMap<>();

    private record Asking(Member member, long atMillis) {}

    private boolean changing;

    Membership(Member self) {
        this.self = self;
    }

    void hear(MemberId from, long nowMillis) {
        heard.put(from, nowMillis);
    }

    /** One that was taken out and does not know it must not come back: it would find that out. */
    void hear(Message.Hello hello, long nowMillis) {
        Member sender = hello.sender();
        if (hello.founders().isEmpty()
                && (asking.size() < Message.Hello.MAX_MEMBERS
                        || asking.containsKey(sender.name()))) {
            asking.put(sender.name(), new Asking(sender, nowMillis));
        }
    }

    boolean answers(MemberId id, long nowMillis) {
        return isHeardSince(id, nowMillis - SILENT_MILLIS);
    }

    private boolean isHeardSince(MemberId id, long millis) {
        Long last = heard.get(id);
        return id.equals(self.id()) || (last != null && last >= millis);
    }

    /** The member of that name that asked to be let in; null if none did lately. */
    @Nullable Member asking(String name, long nowMillis) {
        Asking last = asking.get(name);
        return last != null && nowMillis - last.atMillis <= ASKING_MILLIS ? last.member : null;
    }

    /** All that asked to be let in lately. */
    List<Member> asking(long nowMillis) {
        return asking.values().stream()
                .filter(each -> nowMillis - each.atMillis <= ASKING_MILLIS)
                .map(Asking::member)
                .toList();
    }

    /** Those of whom nothing was heard since then. */
    List<Member> silentSince(List<Member> members, long millis) {
        return members.stream().filter(each -> !isHeardSince(each.id(), millis)).toList();
    }

    /** Why these must not be the members while those of them are silent; null if they may. */
    static @Nullable String refusal(List<Member> members, List<Member> silent) {
        int needed = members.size() / 2 + 1;
        int answering = members.size() - silent.size();
        return answering >= needed
                ? null
                : "of "
                        + members.size()
                        + " members then "
                        + needed
                        + " must answer, and only "
                        + answering
                        + " do; bring back "
                        + silent.stream().map(Member::name).collect(Collectors.joining(", "))
                        + " first";
    }

    /** As leader: the next step to the members that are agreed on. */
    void follow(RaftRun run, Set<MemberId> agreed, long nowMillis) {
        var raft = run.raft();
        if (changing || agreed.isEmpty() || raft.getStatus() != RaftNodeStatus.ACTIVE) {
            return;
        }
        Set<MemberId> group = new TreeSet<>(Members.ORDER);
        raft.getCommittedMembers().forEach(each -> group.add(Endpoint.id(each)));
        for (MemberId id : group) {
            if (!agreed.contains(id)) {
                change(run, id, MembershipChangeMode.REMOVE);
                return;
            }
        }
        for (MemberId id : agreed) {
            if (!group.contains(id) && answers(id, nowMillis)) {
                change(run, id, MembershipChangeMode.ADD);
                return;
            }
        }
    }

    private void change(RaftRun run, MemberId id, MembershipChangeMode mode) {
        changing = true;
        RaftRun.whenDone(
                run.raft().replicateMembershipChange(new Endpoint(id), mode),
                result -> changing = false);
    }

    /** Whether Raft's group is what is agreed on; only then there may be the next change. */
    static boolean isSettled(RaftRun run, Set<MemberId> agreed) {
        return run.raft().getStatus() == RaftNodeStatus.ACTIVE && run.group().equals(agreed);
    }

    /** Raft begins anew, or another one leads. */
    void forget() {
        changing = false;
    }
}
