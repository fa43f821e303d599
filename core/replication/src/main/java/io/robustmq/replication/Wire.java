package io.robustmq.replication;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The parts that messages and documents are made of, as {@link MessageCodec} draws them. */
final class Wire {
    private Wire() {}

    /** Bytes that are not what they should be; never leaves a decoder. */
    static final class Malformed extends RuntimeException {
        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new Malformed(what);
        }
    }

    static int bytes(String name) {
        return 1 + name.getBytes(StandardCharsets.UTF_8).length;
    }

    static void put(ByteBuffer to, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 255) {
            throw new IllegalArgumentException(
                    "a name has at most 255 bytes, was " + bytes.length + ": " + name);
        }
        to.put((byte) bytes.length).put(bytes);
    }

    static String name(ByteBuffer from) {
        byte[] bytes = new byte[from.get() & 0xFF];
        check(bytes.length <= from.remaining(), "a name is longer than what is left");
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static int bytes(SegmentId id) {
        return bytes(id.shard()) + Integer.BYTES + Long.BYTES;
    }

    static void put(ByteBuffer to, SegmentId id) {
        put(to, id.shard());
        to.putInt(id.number()).putLong(id.firstOffset());
    }

    static SegmentId segmentId(ByteBuffer from) {
        String shard = name(from);
        int number = from.getInt();
        long firstOffset = from.getLong();
        check(SegmentId.isShard(shard), "no shard has the name \"" + shard + '"');
        check(number >= 0 && firstOffset >= 0, "a segment's number or offset is negative");
        return new SegmentId(shard, number, firstOffset);
    }

    static int bytes(Segment segment) {
        int bytes = bytes(segment.id()) + Long.BYTES + 2 + 1 + Long.BYTES;
        for (String node : segment.ensemble()) {
            bytes += bytes(node);
        }
        return bytes;
    }

    static void put(ByteBuffer to, Segment segment) {
        put(to, segment.id());
        to.putLong(segment.epoch());
        to.put((byte) segment.ensemble().size()).put((byte) segment.ackQuorum());
        segment.ensemble().forEach(node -> put(to, node));
        switch (segment.state()) {
            case SegmentState.Open() -> to.put((byte) 0).putLong(0);
            case SegmentState.Sealed(long lastOffset) -> to.put((byte) 1).putLong(lastOffset);
        }
    }

    static Segment segment(ByteBuffer from) {
        SegmentId id = segmentId(from);
        long epoch = from.getLong();
        int size = from.get();
        int quorum = from.get();
        List<String> ensemble = new ArrayList<>();
        check(size > 0 && size <= Segment.MAX_ENSEMBLE, "an ensemble of " + size);
        for (int i = 0; i < size; i++) {
            String node = name(from);
            check(!ensemble.contains(node), "a replica is there twice");
            ensemble.add(node);
        }
        check(quorum > 0 && quorum <= size, "an ack quorum of " + quorum);
        int state = from.get();
        long lastOffset = from.getLong();
        check(state == 0 || state == 1, "a state of " + state);
        check(state == 0 || lastOffset >= id.firstOffset() - 1, "sealed before its beginning");
        SegmentState of =
                state == 0 ? new SegmentState.Open() : new SegmentState.Sealed(lastOffset);
        return new Segment(id, epoch, ensemble, quorum, of);
    }

    static void put(ByteBuffer to, Entry entry) {
        to.putInt(entry.bytes() - Entry.HEADER_BYTES).putInt(entry.crc());
        to.putLong(entry.epochMillis()).put((byte) entry.keys().length);
        for (int key : entry.keys()) {
            to.putInt(key);
        }
        to.put(entry.payload());
    }

    static Entry entry(ByteBuffer from) {
        int length = from.getInt();
        int crc = from.getInt();
        check(length >= Entry.MIN_LENGTH && length <= from.remaining(), "a record of " + length);
        long epochMillis = from.getLong();
        int keys = from.get();
        int payload = length - Entry.MIN_LENGTH - keys * Integer.BYTES;
        check(keys >= 0 && keys <= Entry.MAX_KEYS, "a record with " + keys + " keys");
        check(payload >= 0 && payload <= Entry.MAX_PAYLOAD_BYTES, "a payload of " + payload);
        int[] hashes = new int[keys];
        for (int i = 0; i < keys; i++) {
            hashes[i] = from.getInt();
        }
        byte[] bytes = new byte[payload];
        from.get(bytes);
        Entry entry = Entry.stored(epochMillis, hashes, bytes, crc);
        check(entry.isWhole(), "a record's crc does not match");
        return entry;
    }

    /** Runs {@code read}, for which the bytes may be too few. */
    static <T> T complete(Supplier<T> read) {
        try {
            return read.get();
        } catch (BufferUnderflowException e) {
            throw new Malformed("it ends too early");
        }
    }
}
