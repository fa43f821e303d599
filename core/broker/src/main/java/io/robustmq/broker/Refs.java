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
        DONE,
        /** It is being given to another member of its group, as soon as the log has that. */
        PASSING
    }

    private static final State[] STATES = State.values();

    /** Bits below an offset: its state, and whether it came by a group. */
    private static final int FLAG_BITS = 4;

    private static final int STATE_MASK = 7;
    private static final int SHARED = 8;

    /** In snapshots of version 2. */
    private static final int STATE_BITS_2 = 2;

    private static final int FIRST_SLOTS = 8;

    private long base;
    private long next;

    /** Above that of any so far. */
    private long nextOffset;

    // rings, a power of two long; empty as long as nothing waits
    private long[] offsets = {};
    private int[] sizes = {};
    private int @Nullable [] expiries;

    private boolean everShared;

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
        offsets[at] = offset << FLAG_BITS;
        sizes[at] = bytes;
        if (expiresAtMillis != Message.NEVER || expiries != null) {
            expiry(at, expiresAtMillis);
        }
        nextOffset = offset + 1;
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
        return offsets[at(number)] >> FLAG_BITS;
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

    /** That one came as to a member of a group, and another may get it instead. */
    void shared(long number) {
        offsets[at(number)] |= SHARED;
        everShared = true;
    }

    boolean isShared(long number) {
        return number >= base && (offsets[at(number)] & SHARED) != 0;
    }

    /** False if none ever came by a group. */
    boolean mayHaveShared() {
        return everShared;
    }

    /** Marks it, and forgets all that are done before the first that is not. */
    void done(long number) {
        if (number >= base && number < next) {
            state(number, State.DONE);
            forgetDone();
        }
    }

    // from the log, where records before may be damaged

    /** Of one that is there, or {@link #next}. */
    SessionRecord.Place place(long number) {
        return new SessionRecord.Place(number, number < next ? offset(number) : nextOffset);
    }

    /** Marks that one, if it is there. */
    void done(SessionRecord.Place place) {
        long number = at(place);
        if (number >= 0) {
            done(number);
        }
    }

    /** Marks all before that one. */
    void doneBelow(SessionRecord.Place place) {
        long first = first(place);
        for (long each = base; each < first; each++) {
            state(each, State.DONE);
        }
        forgetDone();
    }

    /** The number of the one at that place; negative if it is not there (any more). */
    long at(SessionRecord.Place place) {
        long first = first(place);
        return first < next && offset(first) == place.offset() ? first : -1;
    }

    /**
     * The number of the first at that place or behind, {@link #next} if there is none. It is the
     * one the place has: if records in front of it are missing, those behind are numbered anew, and
     * the missing ones are done.
     */
    long first(SessionRecord.Place place) {
        long low = base;
        long high = next;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (offset(middle) < place.offset()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        long missing = place.number() - low;
        if (missing > 0) {
            insertDone(low, missing);
            return low + missing;
        }
        return low;
    }

    private void insertDone(long number, long count) {
        Refs shifted = new Refs();
        shifted.base = base;
        shifted.next = base;
        shifted.nextOffset = nextOffset;
        for (long each = base; each < number; each++) {
            shifted.addFrom(this, each);
        }
        if (shifted.base == shifted.next) {
            // nothing before it to be kept
            shifted.base += count;
            shifted.next += count;
        } else {
            long offset = offset(number - 1);
            for (long each = 0; each < count; each++) {
                shifted.state(shifted.add(offset, 0, Message.NEVER), State.DONE);
            }
        }
        for (long each = number; each < next; each++) {
            shifted.addFrom(this, each);
        }
        base = shifted.base;
        next = shifted.next;
        offsets = shifted.offsets;
        sizes = shifted.sizes;
        expiries = shifted.expiries;
    }

    /** Those of another that came by a group and are not acknowledged; the rest is done. */
    void leftOf(Refs other) {
        base = other.base;
        next = other.base;
        for (long each = other.base; each < other.next; each++) {
            addFrom(other, each);
            if (!isShared(each) || state(each) != State.WAITING) {
                state(each, State.DONE);
            }
        }
        nextOffset = other.nextOffset;
        forgetDone();
    }

    private long expiry(long number) {
        return expires(number) ? expiresAtMillis(number) : Message.NEVER;
    }

    private void addFrom(Refs other, long number) {
        State state = other.state(number);
        long added = add(other.offset(number), other.bytes(number), other.expiry(number));
        state(added, state);
        if (other.isShared(number)) {
            shared(added);
        }
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
        out.writeLong(nextOffset);
        out.writeInt(span());
        for (long each = base; each < next; each++) {
            int at = at(each);
            out.writeLong(offsets[at]);
            out.writeInt(sizes[at]);
            out.writeInt(expiries == null ? 0 : expiries[at]);
        }
    }

    /**
     * Into an empty one.
     *
     * @param version of the snapshot
     */
    void read(DataInputStream in, int version) throws IOException {
        base = in.readLong();
        next = base;
        nextOffset = in.readLong();
        int span = in.readInt();
        int slots = Math.max(FIRST_SLOTS, Integer.highestOneBit(Math.max(1, span - 1)) << 1);
        if (span > 0) {
            grow(slots);
        }
        for (int i = 0; i < span; i++) {
            int at = at(next);
            long stored = in.readLong();
            offsets[at] =
                    version > 2
                            ? stored
                            : stored >> STATE_BITS_2 << FLAG_BITS
                                    | stored & (1 << STATE_BITS_2) - 1;
            everShared |= (offsets[at] & SHARED) != 0;
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
