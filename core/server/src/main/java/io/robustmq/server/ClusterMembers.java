package io.robustmq.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.robustmq.server.wire.ChangeMemberRequest;
import io.robustmq.server.wire.ChangeMemberResponse;
import io.robustmq.server.wire.DescribeClusterResponse;
import io.robustmq.server.wire.PlacementMember;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code robustmq cluster add}, {@code remove} and {@code replace}: who is in the group. */
final class ClusterMembers {
    private static final String ADD_STEPS =
            ", with an empty data directory and a placement.members that names it and those of the group";

    /** The leader may wait for the change before. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** For a new member to get what was agreed before it. */
    private static final Duration UNTIL_SEEN = Duration.ofSeconds(60);

    private static final long LOOK_MILLIS = 200;

    private final ClusterConnection cluster;
    private final ClusterCommand.Saying saying;

    ClusterMembers(ClusterConnection cluster, ClusterCommand.Saying saying) {
        this.cluster = cluster;
        this.saying = saying;
    }

    private sealed interface Plan {
        record Refused(String why) implements Plan {}

        /**
         * @param after how many members there are then
         * @param joining null if none does
         */
        record Steps(
                int after,
                @Nullable PlacementMember joining,
                List<String> steps,
                List<String> risks)
                implements Plan {}
    }

    ExitCode run(ClusterOrder.ChangeMember order) throws IOException, InterruptedException {
        ClusterGroup group = ClusterGroup.of(cluster);
        List<PlacementMember> members = group.members();
        saying.say("The group has " + ClusterGroup.size(members.size()) + ":");
        members.forEach(each ->
                saying.say(
                        "  "
                                + each.getName()
                                + " at "
                                + each.getAddress()
                                + " "
                                + group.state(each)));
        Plan plan =
                group.leader() == null
                        ? new Plan.Refused(
                                "no member leads: bring members back until most of them answer")
                        : switch (order.verb()) {
                            case ADD -> add(group, order.name());
                            case REMOVE -> remove(group, order.name());
                            case REPLACE -> replace(group, order.name());
                        };
        return switch (plan) {
            case Plan.Refused(String why) -> saying.failed(ExitCode.FOUND, why);
            case Plan.Steps steps -> {
                tell(members.size(), steps, order.yes());
                yield order.yes() ? change(group, order, steps) : ExitCode.OK;
            }
        };
    }

    private void tell(int before, Plan.Steps plan, boolean yes) {
        saying.say(yes ? "This is done:" : "This would be done:");
        for (int i = 0; i < plan.steps.size(); i++) {
            saying.say("  " + (i + 1) + ". " + plan.steps.get(i));
        }
        saying.say(
                "Before: "
                        + ClusterGroup.size(before)
                        + ". After: "
                        + ClusterGroup.size(plan.after)
                        + ".");
        List<String> risks = new ArrayList<>(plan.risks);
        if (plan.after % 2 == 0) {
            risks.add(
                    plan.after
                            + " is an even number: no more may fail than with "
                            + (plan.after - 1)
                            + ", and one more must answer; have an odd number of members");
        }
        if (ClusterGroup.spare(plan.after) == 0) {
            risks.add("then none may fail: if any stops, nothing can be changed until it is back");
        }
        if (!risks.isEmpty()) {
            saying.say("What to know:");
            risks.forEach(each -> saying.say("  - " + each));
        }
        if (!yes) {
            saying.say(ClusterCommand.Saying.NOTHING);
        }
    }

    private static Plan add(ClusterGroup group, String name) {
        PlacementMember joining = group.asking(name);
        int after = group.members().size() + 1;
        if (group.member(name) != null) {
            return new Plan.Refused(
                    "the group has a member "
                            + name
                            + "; if that one is dead: robustmq cluster replace "
                            + name);
        }
        if (joining == null) {
            return new Plan.Refused(
                    "no placement center " + name + " asks to be let in: start it" + ADD_STEPS);
        }
        int answering = group.answering(group.members()) + 1;
        if (answering < ClusterGroup.needed(after)) {
            return tooFew(group, group.members(), after, answering);
        }
        return new Plan.Steps(
                after,
                joining,
                List.of(
                        "the members agree that " + name + " is one of them",
                        name
                                + " at "
                                + joining.getAddress()
                                + " gets all that was agreed before, and answers from then on"),
                List.of(
                        "until "
                                + name
                                + " has it all, "
                                + ClusterGroup.needed(after)
                                + " of the others must answer"));
    }

    private static Plan remove(ClusterGroup group, String name) {
        PlacementMember gone = group.member(name);
        if (gone == null) {
            return unknown(group, name);
        }
        if (group.members().size() == 1) {
            return new Plan.Refused(
                    name + " is the only member: without it all that was agreed is lost");
        }
        List<PlacementMember> left = without(group, gone);
        int answering = group.answering(left);
        if (answering < ClusterGroup.needed(left.size())) {
            return tooFew(group, left, left.size(), answering);
        }
        List<String> risks = new ArrayList<>(leads(group, gone));
        risks.add(
                name
                        + " cannot come back with its data directory: to have it back, empty that and robustmq cluster add "
                        + name);
        return new Plan.Steps(
                left.size(),
                null,
                List.of(
                        "the members agree that " + name + " is none of them any more",
                        "then stop "
                                + name
                                + ", and take it out of placement.servers of the nodes"),
                risks);
    }

    private static Plan replace(ClusterGroup group, String name) {
        PlacementMember gone = group.member(name);
        PlacementMember joining = group.asking(name);
        if (gone == null) {
            return unknown(group, name);
        }
        if (joining == null || joining.getId().equals(gone.getId())) {
            return new Plan.Refused(
                    "no other placement center "
                            + name
                            + " asks to be let in: start the new one, under the same name"
                            + ADD_STEPS);
        }
        List<PlacementMember> left = without(group, gone);
        int answering = group.answering(left);
        if (answering < ClusterGroup.needed(Math.max(1, left.size()))) {
            return tooFew(group, left, left.size(), answering);
        }
        List<String> risks = new ArrayList<>(leads(group, gone));
        if (group.answers(name) && group.reachable().contains(name)) {
            risks.add("the " + name + " that goes still answers: stop it, if it is not dead");
        }
        risks.add(
                "between the two the group has "
                        + ClusterGroup.size(left.size())
                        + "; until the new one has it all, those that are left must answer");
        return new Plan.Steps(
                left.size() + 1,
                joining,
                List.of(
                        "the members agree that the old "
                                + name
                                + " at "
                                + gone.getAddress()
                                + " is none of them any more",
                        "they let in the new " + name + " at " + joining.getAddress(),
                        "it gets all that was agreed before, and answers from then on"),
                risks);
    }

    private static List<PlacementMember> without(ClusterGroup group, PlacementMember gone) {
        return group.members().stream().filter(each -> !each.equals(gone)).toList();
    }

    private static List<String> leads(ClusterGroup group, PlacementMember gone) {
        return gone.equals(group.leader())
                ? List.of(
                        gone.getName()
                                + " leads: another one does then, and for a moment nothing can be changed")
                : List.of();
    }

    private static Plan.Refused unknown(ClusterGroup group, String name) {
        return new Plan.Refused(
                "the group has no member "
                        + name
                        + ", but "
                        + group.members().stream()
                                .map(PlacementMember::getName)
                                .collect(Collectors.joining(", ")));
    }

    private static Plan.Refused tooFew(
            ClusterGroup group, List<PlacementMember> left, int after, int answering) {
        String silent =
                left.stream()
                        .map(PlacementMember::getName)
                        .filter(each -> !group.answers(each))
                        .collect(Collectors.joining(", "));
        return new Plan.Refused(
                "this would stop the group: of "
                        + after
                        + " members then "
                        + ClusterGroup.needed(after)
                        + " must answer, and only "
                        + answering
                        + " would; bring back "
                        + silent
                        + " first");
    }

    private ExitCode change(ClusterGroup group, ClusterOrder.ChangeMember order, Plan.Steps plan)
            throws IOException, InterruptedException {
        PlacementMember leader = group.leader();
        String address =
                leader != null && group.reachable().contains(leader.getName())
                        ? leader.getAddress()
                        : "";
        try {
            ChangeMemberResponse done =
                    cluster.ask(
                            address.isEmpty() ? cluster.answering() : address,
                            switch (order.verb()) {
                                case ADD -> "AddMember";
                                case REMOVE -> "RemoveMember";
                                case REPLACE -> "ReplaceMember";
                            },
                            ChangeMemberRequest.newBuilder()
                                    .setName(order.name())
                                    .setWhy(why(order.why()))
                                    .build(),
                            ChangeMemberResponse.getDefaultInstance(),
                            PATIENCE);
            saying.say("Agreed at revision " + done.getRevision() + ".");
        } catch (StatusRuntimeException refused) {
            boolean isAnswer = refused.getStatus().getCode() == Status.Code.FAILED_PRECONDITION;
            return saying.failed(
                    isAnswer ? ExitCode.FOUND : ExitCode.UNAVAILABLE,
                    ClusterConnection.words(refused));
        }
        return awaitSeen(group, order, plan);
    }

    /** The gRPC call itself says only from where it was asked. */
    private static String why(String said) {
        return said.isEmpty()
                ? ClusterConnection.user()
                : said + " (" + ClusterConnection.user() + ")";
    }

    private ExitCode awaitSeen(
            ClusterGroup before, ClusterOrder.ChangeMember order, Plan.Steps plan)
            throws InterruptedException {
        PlacementMember joining = plan.joining;
        long until = System.nanoTime() + UNTIL_SEEN.toNanos();
        while (System.nanoTime() - until < 0) {
            if (joining == null ? isGone(before, order.name()) : isIn(joining)) {
                saying.say("The group has " + ClusterGroup.size(plan.after) + " now.");
                return ExitCode.OK;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return saying.failed(
                ExitCode.UNAVAILABLE,
                "it is agreed, but not seen within "
                        + UNTIL_SEEN.toSeconds()
                        + " s: see robustmq cluster status");
    }

    /** As one of the others says; itself it may not know. */
    private boolean isGone(ClusterGroup before, String name) {
        for (PlacementMember each : before.members()) {
            if (!each.getName().equals(name) && before.reachable().contains(each.getName())) {
                try {
                    return cluster.describedBy(each.getAddress()).getMembersList().stream()
                            .noneMatch(member -> member.getName().equals(name));
                } catch (StatusRuntimeException silent) {
                    // the next one
                }
            }
        }
        return false;
    }

    /** It knows itself that it is, and who leads. */
    private boolean isIn(PlacementMember joining) {
        try {
            DescribeClusterResponse seen = cluster.describedBy(joining.getAddress());
            return !seen.getLeader().isEmpty() && seen.getMembersList().contains(joining);
        } catch (StatusRuntimeException notYet) {
            return false;
        }
    }
}
