package io.robustmq.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What people want of the members of the group. On the member's loop. */
final class MemberChanges {
    private static final long LOOK_MILLIS = 50;

    /** So long Raft's group may take to follow the change before. */
    private static final long SETTLING_MILLIS = 5_000;

    private static final String UNFINISHED =
            "the change of members before this one is not finished yet";

    private static final String OVERTAKEN =
            "the members were changed otherwise meanwhile; look at them and ask again";

    private final RaftMember member;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);

    MemberChanges(RaftMember member) {
        this.member = member;
    }

    void add(String name, Author by, String why, CompletableFuture<PlacementState.Step> done) {
        Member asking = member.membership().asking(name, member.now());
        if (!leads(done)) {
            return;
        }
        if (asking == null) {
            refuse(done, "no member " + name + " asks to be let in; start it first");
        } else if (member.hasGone(asking.id())) {
            refuse(done, name + " was taken out before; start it with an empty folder");
        } else if (named(name) != null) {
            refuse(done, "the group has a member " + name + "; replace it if that one is dead");
        } else {
            List<Member> after = agreed();
            after.add(asking);
            change(after, new Command.AddMember(asking, ids(agreed()), by, why), done);
        }
    }

    void remove(String name, Author by, String why, CompletableFuture<PlacementState.Step> done) {
        List<Member> after = agreed();
        Member gone = named(name);
        if (!leads(done)) {
            return;
        }
        if (gone == null) {
            refuse(done, "the group has no member " + name);
        } else if (after.size() == 1) {
            refuse(done, name + " is the only member; without it all that was agreed is lost");
        } else {
            Command command = new Command.RemoveMember(gone.id(), ids(after), by, why);
            after.remove(gone);
            change(after, command, done);
        }
    }

    /** First the dead one goes, so that as few as possible must answer meanwhile. */
    void replace(String name, Author by, String why, CompletableFuture<PlacementState.Step> done) {
        Member gone = named(name);
        Member asking = member.membership().asking(name, member.now());
        if (gone == null) {
            add(name, by, why, done);
        } else if (!leads(done)) {
            return;
        } else if (asking == null || asking.id().equals(gone.id()) || member.hasGone(asking.id())) {
            refuse(
                    done,
                    "no other member "
                            + name
                            + " asks to be let in; start it first, with an empty folder");
        } else {
            List<Member> among = agreed();
            among.remove(gone);
            CompletableFuture<PlacementState.Step> removed = new CompletableFuture<>();
            remove(name, by, why, removed);
            removed.whenComplete((step, failure) -> {
                if (failure != null) {
                    done.completeExceptionally(failure);
                } else {
                    submit(new Command.AddMember(asking, ids(among), by, why), done);
                }
            });
        }
    }

    void status(CompletableFuture<List<MemberStatus>> done) {
        Member leader = member.leader();
        done.complete(
                agreed().stream()
                        .map(each ->
                                new MemberStatus(
                                        each,
                                        member.membership().answers(each.id(), member.now()),
                                        leader != null && leader.id().equals(each.id())))
                        .toList());
    }

    /** Of those that ask this member to be let in, those that may be. */
    void asking(CompletableFuture<List<Member>> done) {
        done.complete(
                member.membership().asking(member.now()).stream()
                        .filter(each ->
                                !member.agreedMembers().containsKey(each.id())
                                        && !member.hasGone(each.id()))
                        .toList());
    }

    private List<Member> agreed() {
        return new ArrayList<>(member.agreedMembers().values());
    }

    private static List<MemberId> ids(List<Member> members) {
        return members.stream().map(Member::id).toList();
    }

    private @Nullable Member named(String name) {
        return agreed().stream().filter(each -> each.name().equals(name)).findAny().orElse(null);
    }

    /** If not, says so. */
    private boolean leads(CompletableFuture<?> done) {
        if (member.isLeader()) {
            return true;
        }
        Member leader = member.leader();
        refuse(
                done,
                leader == null
                        ? "no member leads at present"
                        : "ask "
                                + leader.name()
                                + " ("
                                + leader.address()
                                + "), which leads: only it knows who answers");
        return false;
    }

    /**
     * When the change before it is finished; and each of those who shall be the members is heard of
     * anew first, or found silent: one that died just now still seems to answer.
     */
    private void change(
            List<Member> after, Command command, CompletableFuture<PlacementState.Step> done) {
        if (!last.isDone()) {
            refuse(done, UNFINISHED);
            return;
        }
        last = done;
        asked(after, command, done, member.now());
    }

    private void asked(
            List<Member> after,
            Command command,
            CompletableFuture<PlacementState.Step> done,
            long since) {
        if (done.isDone() || !leads(done)) {
            return;
        }
        List<Member> silent = member.membership().silentSince(after, since + 1);
        long patience =
                !member.isSettled()
                        ? SETTLING_MILLIS
                        : silent.isEmpty() ? 0 : Membership.SILENT_MILLIS;
        if (member.now() - since < patience) {
            member.later(() -> asked(after, command, done, since), LOOK_MILLIS);
            return;
        }
        String refusal = member.isSettled() ? Membership.refusal(after, silent) : UNFINISHED;
        if (refusal == null) {
            submit(command, done);
        } else {
            refuse(done, refusal);
        }
    }

    /** It may have been agreed on only after another change that this member did not know of. */
    private void submit(Command command, CompletableFuture<PlacementState.Step> done) {
        CompletableFuture<PlacementState.Step> agreed = new CompletableFuture<>();
        agreed.whenComplete((step, failure) -> {
            if (failure != null) {
                done.completeExceptionally(failure);
            } else if (step.answer().isDone()) {
                done.complete(step);
            } else {
                refuse(done, OVERTAKEN);
            }
        });
        member.submit(command, agreed);
    }

    /** Nothing is asked any more. */
    void close() {
        last.completeExceptionally(new IOException("placement is closed"));
    }

    private static void refuse(CompletableFuture<?> done, String why) {
        done.completeExceptionally(new PlacementRefusedException(why));
    }
}
