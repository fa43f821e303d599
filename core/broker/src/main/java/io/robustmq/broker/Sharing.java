package io.robustmq.broker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups that one topic is for, besides those who subscribe for themselves. For each message
 * they choose; the route to those chosen is made once and remembered. Belongs to a loop.
 *
 * <p>Bound: what {@link Router} remembers in all.
 */
final class Sharing {
    private final Route own;
    private final ShareGroup[] groups;
    private @Nullable Variant root;

    /** A route, and those with one member more. */
    private static final class Variant {
        private final Route route;
        private final Map<ShareMember, Variant> more = new HashMap<>(4);

        Variant(Route route) {
            this.route = route;
        }
    }

    Sharing(Route own, List<ShareGroup> groups) {
        this.own = own;
        this.groups = groups.toArray(ShareGroup[]::new);
    }

    /** The same groups, and others for themselves. */
    Sharing with(Route others) {
        return new Sharing(others, List.of(groups));
    }

    Route choose(Publication publication, String publisher, Loop loop) {
        int qos = publication.qos();
        String topic = publication.topic();
        if (groups.length == 1 && own.size() == 0) {
            ShareMember member = groups[0].choose(qos, topic, publisher, loop);
            return member == null ? own : member.alone();
        }
        Variant variant = root;
        if (variant == null) {
            variant = new Variant(own);
            root = variant;
        }
        for (ShareGroup group : groups) {
            ShareMember member = group.choose(qos, topic, publisher, loop);
            if (member != null) {
                variant = with(variant, member, loop);
            }
        }
        return variant.route;
    }

    private static Variant with(Variant variant, ShareMember member, Loop loop) {
        Variant known = variant.more.get(member);
        if (known == null) {
            known = new Variant(variant.route.and(member));
            variant.more.put(member, known);
            loop.router().remembersOneMore();
        }
        return known;
    }
}
