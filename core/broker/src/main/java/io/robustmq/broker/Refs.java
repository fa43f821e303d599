package io.robustmq.broker;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Which records of the log one session has still to be given, oldest first. Each is numbered from
 * the session's first one on, without gaps; the number does not depend on anything but the log, and
 * the packet identifier follows from it. So a message has its packet identifier before it is sent,
 * and has the same one after a crash, which is what exactly once needs.
 *
 * <p>12 bytes each, 16 where messages expire. One thread.
 */
final class Refs {
    /** A packet identifier is used again after so many messages. */
    static final int PACKET_IDS = 65_535;

    /** How far one is. */
    enum State {
        /** Not acknowledged; whether it was sent is the connection's to know. */
        WAITING,
        /** QoS 2: PUBREC has come, and is being written to the log. */
        RECEIVING,
        /** QoS 2: PUBREC is in the log; PUBREL is to be sent until PUBCOMP comes. */
        RELEASED,
        DONE
    }

    private static final State[] STATES = State.values();
    private static final int STATE_BITS = 2;
    private static final int STATE_MASK = 3;
    private static final int FIRST_SLOTS = 8;

    private long base;
    private long next;

    // rings, a power of two long; empty as long as nothing waits
    private long[] offsets = {};
    private int[] sizes = {};
    private int @Nullable [] expiries;

    /** The oldest that is not done; {@link #next} if none is left. */
    long base() {
        return base;
    }

    /** What the next will be numbered. */
    long next() {
        return next;
    }

    /** From the oldest that is not done, done ones in between included. */
    int span() {
        return (int) (next - base);
    }

    /**
     * @param bytes what it counts for in the limits
     * @param expiresAtMillis {@link Message#NEVER} if it does not
     * @return its number
     */
    long add(long offset, int bytes, long expiresAtMillis) {
        int span = span();
        if (span == offsets.length) {
            grow(span == 0 ? FIRST_SLOTS : Math.multiplyExact(span, 2));
        }
        int at = at(next);
        offsets[at] = offset << STATE_BITS;
        sizes[at] = bytes;
        if (expiresAtMillis != Message.NEVER || expiries != null) {
            expiry(at, expiresAtMillis);
        }
        return next++;
    }

    private void expiry(int at, long expiresAtMillis) {
        int[] seconds = expiries;
        if (seconds == null) {
            seconds = new int[offsets.length];
            expiries = seconds;
        }
        // unsigned: good until 2106; rounded up, the message itself knows to the millisecond
        seconds[at] =
                expiresAtMillis == Message.NEVER
                        ? 0
                        : (int) Math.min(0xFFFF_FFFFL, (expiresAtMillis + 999) / 1000);
    }

    long offset(long number) {
        return offsets[at(number)] >> STATE_BITS;
    }

    int bytes(long number) {
        return sizes[at(number)];
    }

    boolean expires(long number) {
        int[] seconds = expiries;
        return seconds != null && seconds[at(number)] != 0;
    }

    /** Of one that expires; up to a second later than its message says. */
    long expiresAtMillis(long number) {
        int[] seconds = expiries;
        return seconds == null ? Message.NEVER : Integer.toUnsignedLong(seconds[at(number)]) * 1000;
    }

    State state(long number) {
        return number < base ? State.DONE : STATES[(int) offsets[at(number)] & STATE_MASK];
    }

    void state(long number, State state) {
        int at = at(number);
        offsets[at] = offsets[at] & ~(long) STATE_MASK | state.ordinal();
    }

    /** Marks it, and forgets all that are done before the first that is not. */
    void done(long number) {
        if (number >= base && number < next) {
            state(number, State.DONE);
            forgetDone();
        }
    }

    void doneBelow(long number) {
        for (long each = base; each < Math.min(number, next); each++) {
            state(each, State.DONE);
        }
        forgetDone();
    }

    private void forgetDone() {
        while (base < next && state(base) == State.DONE) {
            base++;
        }
        if (base == next && offsets.length > FIRST_SLOTS) {
            offsets = new long[0];
            sizes = new int[0];
            expiries = null;
        }
    }

    /** The packet identifier of a number: 1 to 65535. */
    static int packetId(long number) {
        return (int) (number % PACKET_IDS) + 1;
    }

    /** The number of those at or above {@link #base} that has this packet identifier. */
    long numberOf(int packetId) {
        long ahead = packetId - 1 - base % PACKET_IDS;
        return base + (ahead < 0 ? ahead + PACKET_IDS : ahead);
    }

    void write(DataOutputStream out) throws IOException {
        out.writeLong(base);
        out.writeInt(span());
        for (long each = base; each < next; each++) {
            int at = at(each);
            out.writeLong(offsets[at]);
            out.writeInt(sizes[at]);
            out.writeInt(expiries == null ? 0 : expiries[at]);
        }
    }

    /** Into an empty one. */
    void read(DataInputStream in) throws IOException {
        base = in.readLong();
        next = base;
        int span = in.readInt();
        int slots = Math.max(FIRST_SLOTS, Integer.highestOneBit(Math.max(1, span - 1)) << 1);
        if (span > 0) {
            grow(slots);
        }
        for (int i = 0; i < span; i++) {
            int at = at(next);
            offsets[at] = in.readLong();
            sizes[at] = in.readInt();
            int seconds = in.readInt();
            if (seconds != 0) {
                if (expiries == null) {
                    expiries = new int[slots];
                }
                expiries[at] = seconds;
            }
            next++;
        }
    }

    private int at(long number) {
        return (int) number & offsets.length - 1;
    }

    private void grow(int slots) {
        long[] newOffsets = new long[slots];
        int[] newSizes = new int[slots];
        int[] oldExpiries = expiries;
        int[] newExpiries = oldExpiries == null ? null : new int[slots];
        for (long each = base; each < next; each++) {
            int from = at(each);
            int to = (int) each & slots - 1;
            newOffsets[to] = offsets[from];
            newSizes[to] = sizes[from];
            if (oldExpiries != null && newExpiries != null) {
                newExpiries[to] = oldExpiries[from];
            }
        }
        offsets = newOffsets;
        sizes = newSizes;
        expiries = newExpiries;
    }
}
