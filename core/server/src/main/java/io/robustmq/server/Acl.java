package io.robustmq.server;

import io.robustmq.broker.Authorizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What an ACL file allows. Of the rules that are for a client, one that denies wins, whatever the
 * order; without one, a rule must allow it. Immutable.
 */
final class Acl {
    private final String file;
    private final int rules;

    /** Those of one user are found by the name: there may be many users. */
    private final Map<String, List<AclSection>> byUser = new HashMap<>();

    private final List<AclSection> others = new ArrayList<>();

    Acl(String file, List<AclSection> sections) {
        this.file = file;
        int count = 0;
        for (AclSection section : sections) {
            String user = section.userName();
            if (user == null) {
                others.add(section);
            } else {
                byUser.computeIfAbsent(user, name -> new ArrayList<>()).add(section);
            }
            count += section.rules().size();
        }
        this.rules = count;
    }

    int rules() {
        return rules;
    }

    Authorizer.Rights rightsOf(Authorizer.Client client) {
        List<Judging> all = new ArrayList<>();
        collect(byUser.getOrDefault(client.identity().userName(), List.of()), client, all);
        collect(others, client, all);
        all.sort(Comparator.comparingInt(judging -> judging.rule.line()));
        return new ClientRights(
                of(all, AclRule.Kind.DENY, AclRule.Kind.DENY),
                of(all, AclRule.Kind.READ, AclRule.Kind.READWRITE),
                of(all, AclRule.Kind.WRITE, AclRule.Kind.READWRITE),
                new Authorizer.Denied(file + " (no rule allows it)"));
    }

    private static void collect(
            List<AclSection> sections, Authorizer.Client client, List<Judging> into) {
        for (AclSection section : sections) {
            if (section.isFor(client)) {
                for (AclRule rule : section.rules()) {
                    AclFilter filter = rule.filterFor(client);
                    if (filter != null) {
                        into.add(new Judging(rule, filter));
                    }
                }
            }
        }
    }

    private static List<Judging> of(List<Judging> all, AclRule.Kind one, AclRule.Kind other) {
        return all.stream()
                .filter(each -> each.rule.kind() == one || each.rule.kind() == other)
                .toList();
    }

    /** A rule as it is for one client. */
    private record Judging(AclRule rule, AclFilter filter) {}

    private record ClientRights(
            List<Judging> denying,
            List<Judging> readable,
            List<Judging> writable,
            Authorizer.Denied nothingAllows)
            implements Authorizer.Rights {
        @Override
        public Authorizer.Decision publish(String topic) {
            return decide(AclFilter.ofTopic(topic), writable);
        }

        @Override
        public Authorizer.Decision subscribe(String filter) {
            return decide(AclFilter.of(filter), readable);
        }

        private Authorizer.Decision decide(AclFilter wanted, List<Judging> allowing) {
            for (Judging each : denying) {
                if (each.filter.overlaps(wanted)) {
                    return new Authorizer.Denied(each.rule.source());
                }
            }
            for (Judging each : allowing) {
                if (each.filter.covers(wanted)) {
                    return Authorizer.ALLOWED;
                }
            }
            return nothingAllows;
        }
    }
}
