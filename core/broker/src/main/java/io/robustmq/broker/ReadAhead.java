package io.robustmq.broker;

import org.jspecify.annotations.Nullable;

/**
 * What of a backlog is in memory, from the first that is not done: read back from the log before
 * its turn comes, or kept since it came. Nothing while there is no connection. Belongs to a loop.
 *
 * <p>Bound: {@link #MESSAGES} and {@link #BYTES} read at once, and again when half is sent.
 */
final class ReadAhead {
    private static final int MESSAGES = 4096;
    static final int BYTES = 1 << 20;

    /** Live messages for a client whose window is full stay in memory up to so many. */
    private static final int KEPT = 64;

    private final Loop loop;
    private final int session;
    private final Refs refs;
    private final Runnable arrived;
    private final LoadedDeliveries loaded;

    /** All below were read or need not be. */
    private long end;

    private @Nullable Load loading;

    /** What is asked for: the first {@code count} of {@code numbers}, to go on at {@code end}. */
    private record Load(long[] numbers, int count, long end) {}

    /**
     * @param session its number
     * @param arrived called when there is more
     */
    ReadAhead(Loop loop, int session, Refs refs, Runnable arrived) {
        this.loop = loop;
        this.session = session;
        this.refs = refs;
        this.arrived = arrived;
        this.loaded = new LoadedDeliveries(loop);
    }

    /** Lets go of all, and goes on at {@code cursor}. */
    void begin(long cursor) {
        loaded.clear();
        loading = null;
        end = cursor;
    }

    /** Messages below {@code cursor} need not be read any more. */
    void isAt(long cursor) {
        end = Math.max(end, cursor);
    }

    long end() {
        return end;
    }

    /** Null below {@link #end} is one that cannot be read. */
    @Nullable Delivery get(long number) {
        return loaded.get(number);
    }

    void remove(long number) {
        loaded.remove(number);
    }

    /** Whether one that comes now need not be read back later. */
    boolean hasRoomFor(long number, long cursor) {
        return number == end && loading == null && end - cursor < KEPT;
    }

    void keep(long number, Delivery delivery) {
        loaded.put(number, delivery, refs.base());
        end = number + 1;
    }

    void loadIfLittleIsLeft(long cursor) {
        if (end - cursor < MESSAGES / 2) {
            load();
        }
    }

    void load() {
        if (loading != null || end >= refs.next()) {
            return;
        }
        long[] numbers = new long[(int) Math.min(MESSAGES, refs.next() - end)];
        int count = 0;
        long next = end;
        while (next < refs.next() && count < numbers.length) {
            if (refs.state(next) == Refs.State.WAITING) {
                numbers[count++] = next;
            }
            next++;
        }
        if (count == 0) {
            end = next;
            return;
        }
        long[] offsets = new long[count];
        for (int i = 0; i < count; i++) {
            offsets[i] = refs.offset(numbers[i]);
        }
        Load load = new Load(numbers, count, next);
        loading = load;
        loop.read(session, offsets, deliveries -> loaded(load, deliveries));
    }

    /**
     * @param deliveries the first of those asked for, in order; null for what cannot be read; none
     *     if the disk lets nothing be read at present
     */
    @SuppressWarnings("ReferenceEquality") // a load is for one connection
    private void loaded(Load load, @Nullable Delivery[] deliveries) {
        if (loading != load) {
            return;
        }
        loading = null;
        if (deliveries.length == 0) {
            loop.log().later(arrived);
            return;
        }
        for (int i = 0; i < deliveries.length; i++) {
            Delivery delivery = deliveries[i];
            // dropped meanwhile: read for nothing
            if (delivery != null && refs.state(load.numbers[i]) == Refs.State.WAITING) {
                loaded.put(load.numbers[i], delivery, refs.base());
            }
        }
        boolean all = deliveries.length == load.count;
        end = Math.max(end, all ? load.end : load.numbers[deliveries.length]);
        arrived.run();
    }
}
