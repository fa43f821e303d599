package io.robustmq.broker;

import io.robustmq.broker.BrokerSettings.ShareStrategy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * All who subscribe with one {@code $share/name/filter} (MQTT 5, 4.8.2). A publisher's loop
 * chooses, without a lock, and from then on the message is that member's: it is delivered, logged
 * and acknowledged like any other. Members are changed under the lock of {@link Subscriptions}.
 *
 * <p>Another home with members is one member, its peer's session; what comes to it so, that home
 * gives to one of its own.
 *
 * <p>Bound: {@link #MOST_MEMBERS}.
 */
final class ShareGroup implements Recipient {
    static final int MOST_MEMBERS = 10_000;

    private final String filter;
    private final byte[] filterUtf8;
    private final ShareStrategy strategy;
    private final int loops;
    private final ShareCircle all;

    /** Null while there are no others. */
    private volatile @Nullable ShareCircle own;

    ShareGroup(String filter, ShareStrategy strategy, int loops) {
        this.filter = filter;
        this.filterUtf8 = filter.getBytes(StandardCharsets.UTF_8);
        this.strategy = strategy;
        this.loops = loops;
        this.all = new ShareCircle(strategy, loops);
    }

    /** As clients wrote it. */
    String filter() {
        return filter;
    }

    byte[] filterUtf8() {
        return filterUtf8;
    }

    ShareStrategy strategy() {
        return strategy;
    }

    @Override
    public Object owner() {
        return filter;
    }

    // who is in it

    ShareMember[] members() {
        return all.members();
    }

    boolean hasPresent() {
        return all.hasPresent();
    }

    void put(ShareMember member) {
        all.put(member);
        if (member.session().isPeer() && own == null) {
            own = new ShareCircle(strategy, loops);
        }
        settle();
    }

    /** Its client has come. */
    void arrived(ShareMember member) {
        all.arrived(member);
        settle();
    }

    /** Its client has gone. */
    void left(Session session) {
        all.left(session);
        settle();
    }

    void remove(Session session) {
        all.remove(session);
        settle();
    }

    private void settle() {
        ShareCircle ofThisHome = own;
        if (ofThisHome != null) {
            ofThisHome.only(all);
        }
    }

    private ShareCircle own() {
        ShareCircle ofThisHome = own;
        return ofThisHome == null ? all : ofThisHome;
    }

    /** Members whose clients are there, those of other homes too. */
    int present() {
        return all.present();
    }

    /** Members of this home whose clients are there. */
    int ownPresent() {
        return own().present();
    }

    /** The highest of this home's members, -1 if it has none. */
    int ownQos() {
        return Arrays.stream(own().members())
                .mapToInt(each -> each.target().qos())
                .max()
                .orElse(-1);
    }

    // who gets a message

    /**
     * The member that gets it: by the group's strategy one whose client is there and can take it
     * now, else one where it waits; null if nobody is there and nobody's session keeps it.
     *
     * @param publisher client identifier, empty if it is not known
     */
    @Nullable ShareMember choose(int qos, String topic, String publisher, Loop loop) {
        return all.choose(qos, topic, publisher, loop);
    }

    /** The same of what another home gave to this one. */
    @Nullable ShareMember chooseOwn(int qos, String topic, Loop loop) {
        return own().choose(qos, topic, "", loop);
    }

    /** The member that gets what another one had in the log. */
    @Nullable ShareMember chooseNext(int qos, String topic, Loop loop, boolean presentOnly) {
        return all.chooseNext(qos, topic, loop, presentOnly);
    }
}
