package io.robustmq.broker;

/**
 * One session's place in a group. Immutable but for its load; another subscription to the same
 * filter makes another.
 */
final class ShareMember {
    private final ShareGroup group;
    private final ShareLoad load;
    private final Route.Target target;
    private final Route alone;
    private final int weight;

    /**
     * @param weight how many it stands for; 0 for a home that has none whose client is there
     */
    ShareMember(
            ShareGroup group, ShareLoad load, Subscription subscription, int weight, int loops) {
        this.group = group;
        this.load = load;
        this.target = Route.Target.of(subscription, group);
        this.alone = Route.to(target, load, loops);
        this.weight = weight;
    }

    ShareGroup group() {
        return group;
    }

    ShareLoad load() {
        return load;
    }

    int weight() {
        return weight;
    }

    Route.Target target() {
        return target;
    }

    Session session() {
        return target.session();
    }

    /** Of a message that goes to nobody else: the same for all topics and loops. */
    Route alone() {
        return alone;
    }

    ShareLoad.Fit fit(int qos) {
        return load.fit(Math.min(qos, target.qos()), target.isKept());
    }
}
