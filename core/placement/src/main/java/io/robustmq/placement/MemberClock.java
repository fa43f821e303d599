package io.robustmq.placement;

import com.hazelcast.internal.util.Clock;
import java.util.function.LongSupplier;

/**
 * The time that Hazelcast's Raft goes by, which it takes from one static place: here that of the
 * member whose work the thread does. It must only go forward, so a member's is not the time of day,
 * which people may step.
 */
final class MemberClock extends Clock.ClockImpl {
    /** Read by Hazelcast when its own Clock is first used. */
    private static final String PROPERTY = "com.hazelcast.clock.impl";

    private static final ThreadLocal<LongSupplier> MILLIS = new ThreadLocal<>();

    /** By Hazelcast, by reflection. */
    private MemberClock() {}

    /** Before anything of Hazelcast's is used. */
    static void install() {
        System.setProperty(PROPERTY, MemberClock.class.getName());
        bind(() -> Long.MIN_VALUE);
        if (Clock.currentTimeMillis() != Long.MIN_VALUE) {
            throw new IllegalStateException("Hazelcast's clock was in use before");
        }
        MILLIS.remove();
    }

    /** What this thread does from now on is a member's with this time. */
    static void bind(LongSupplier millis) {
        MILLIS.set(millis);
    }

    @Override
    protected long currentTimeMillis() {
        LongSupplier millis = MILLIS.get();
        if (millis == null) {
            throw new IllegalStateException("not the thread of a placement member");
        }
        return millis.getAsLong();
    }

    @Override
    protected long toSystemCurrentTimeMillis(long millis) {
        return millis;
    }
}
