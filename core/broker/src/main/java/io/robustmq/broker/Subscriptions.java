package io.robustmq.broker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All subscriptions of the broker: those of sessions, the groups that share one, and who holds an
 * exclusive one. Any thread; changes to groups take turns.
 */
final class Subscriptions {
    private final FilterTrie<Recipient> trie;
    private final BrokerSettings.Sharing settings;
    private final int loops;

    /** What other homes are told; null if there are none. */
    private final @Nullable Wants wants;

    /** By the filters as clients wrote them; read without a lock, changed with that of this map. */
    private final Map<String, ShareGroup> groups = new ConcurrentHashMap<>();

    /** Who holds an exclusive filter, by the filter as clients wrote it. */
    private final Map<String, Session> holders = new ConcurrentHashMap<>();

    Subscriptions(
            BrokerSettings.Sharing settings,
            int loops,
            FilterTrie<Recipient> trie,
            @Nullable Wants wants) {
        this.settings = settings;
        this.loops = loops;
        this.trie = trie;
        this.wants = wants;
    }

    FilterTrie<Recipient> trie() {
        return trie;
    }

    /** On the session's loop; replaces what it had with this filter. */
    void put(Subscription subscription) {
        String filter = subscription.filter();
        switch (FilterForm.of(filter)) {
            case FilterForm.Ordinary(String topics) -> {
                Recipient before = trie.put(topics, subscription);
                wanted(topics, before, subscription.qos(), subscription.session());
            }
            case FilterForm.Exclusive(String topics) -> trie.put(topics, subscription);
            case FilterForm.Group(String name, String topics) -> join(subscription, name, topics);
        }
    }

    /** On the session's loop. An exclusive filter stays the session's until {@link #release}. */
    void remove(String filter, Session session) {
        switch (FilterForm.of(filter)) {
            case FilterForm.Ordinary(String topics) ->
                    wanted(topics, trie.remove(topics, session), -1, session);
            case FilterForm.Exclusive(String topics) -> trie.remove(topics, filter);
            case FilterForm.Group(_, String topics) -> leave(filter, topics, session);
        }
    }

    private void wanted(String filter, @Nullable Recipient before, int qos, Session session) {
        if (wants != null && !session.isPeer()) {
            int was = before instanceof Subscription subscription ? subscription.qos() : -1;
            wants.change(filter, was, qos);
        }
    }

    // groups

    private void wanted(ShareGroup group) {
        if (wants != null) {
            wants.group(group.filter(), group.ownQos(), group.ownPresent());
        }
    }

    private void join(Subscription subscription, String name, String topics) {
        String filter = subscription.filter();
        SessionShares shares = subscription.session().shares();
        ShareMember member;
        synchronized (groups) {
            ShareGroup group = groups.get(filter);
            if (group == null) {
                group = new ShareGroup(filter, settings.strategyOf(name), loops);
                groups.put(filter, group);
            }
            member =
                    new ShareMember(
                            group, shares.load(), subscription, shares.weight(filter), loops);
            group.put(member);
            trie.put(topics, group); // again: what was remembered of its members is forgotten
            wanted(group);
        }
        shares.joined(member);
    }

    private void leave(String filter, String topics, Session session) {
        synchronized (groups) {
            ShareGroup group = groups.get(filter);
            if (group != null) {
                group.remove(session);
                wanted(group);
                if (group.members().length > 0) {
                    trie.put(topics, group);
                } else {
                    groups.remove(filter);
                    trie.remove(topics, filter);
                }
            }
        }
        session.shares().left(filter);
    }

    /** The client of a member has come. */
    void arrived(ShareMember member) {
        synchronized (groups) {
            member.group().arrived(member);
            wanted(member.group());
        }
    }

    /** The client of a member has gone; its session may stay. */
    void left(ShareMember member) {
        synchronized (groups) {
            member.group().left(member.session());
            wanted(member.group());
        }
    }

    /** Null if nobody is in it. */
    @Nullable ShareGroup group(String filter) {
        return groups.get(filter);
    }

    // what not everybody may have

    /** Why a session may not subscribe; null if it may, and then an exclusive filter is its own. */
    @SuppressWarnings("ReferenceEquality") // this very session
    @Nullable String claim(String filter, Session session) {
        return switch (FilterForm.of(filter)) {
            case FilterForm.Ordinary _ -> null;
            case FilterForm.Exclusive _ -> {
                Session holder = holders.putIfAbsent(filter, session);
                yield holder == null || holder == session
                        ? null
                        : "another client holds this exclusive subscription";
            }
            case FilterForm.Group _ -> {
                ShareGroup group = groups.get(filter);
                boolean full = group != null && group.members().length >= ShareGroup.MOST_MEMBERS;
                yield full && !session.subscriptions().containsKey(filter)
                        ? "at most " + ShareGroup.MOST_MEMBERS + " sessions share a subscription"
                        : null;
            }
        };
    }

    /**
     * Lets others have an exclusive filter, when the log has that the session has it no more; of
     * others nothing is to be let go.
     */
    void release(String filter, Session session) {
        holders.remove(filter, session);
    }
}
