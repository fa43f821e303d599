package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.catalogue.Field;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events that came faster than they can be stored, in their order and outside the heap: a burst is
 * moved here out of the queue, which is small, in a fraction of the time that storing it takes.
 * Takes memory a chunk at a time and gives it back as it is emptied. Not for several threads at
 * once.
 *
 * <pre>
 *   chunk:  event | event | ...
 *   event:  length 4 | kind 2 | severity 1 | service 1 | flags 1 | seconds 8 | nanos 4 |
 *           suppressed 8 | trace id 16, span id 8 if there is a trace | values
 *   value:  integer or number 8, boolean 1, string: length 4 and its UTF-8
 * </pre>
 */
final class Overflow implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int LOCAL = 1;
    private static final int TRACED = 2;
    private static final int HAS_TRACE = 4;

    /** More than the head of an event. */
    private static final int FIRST_SCRATCH_BYTES = 1024;

    private static final Severity[] SEVERITIES = Severity.values();
    private static final Service[] SERVICES = Service.values();

    private final EventKinds kinds;
    private final String nodeId;
    private final int mostChunks;
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private ByteBuffer scratch = ByteBuffer.allocate(FIRST_SCRATCH_BYTES);

    /** Emptied, and good for the next: at the edge of one chunk none is freed and taken again. */
    private @Nullable Chunk spare;

    private long events;
    private boolean closed;

    /**
     * @param mostBytes all the chunks together; less than one is none
     */
    Overflow(EventKinds kinds, String nodeId, long mostBytes) {
        this.kinds = kinds;
        this.nodeId = nodeId;
        this.mostChunks = (int) Math.min(Integer.MAX_VALUE, mostBytes / CHUNK_BYTES);
    }

    /**
     * What goes in and comes out.
     *
     * @param traced as {@link Occurrence#traced}
     * @param local as {@link Occurrence#local}
     */
    record Item(FlatRecord event, boolean traced, boolean local) {
        Counted counted() {
            return Counted.of(event.severity(), traced);
        }
    }

    private static final class Chunk {
        final Arena arena = Arena.ofShared();
        final MemorySegment memory = arena.allocate(CHUNK_BYTES);
        int written;
        int read;
    }

    boolean isEmpty() {
        return events == 0;
    }

    /** Whether one more event of common size can be added. */
    boolean hasRoom() {
        Chunk last = chunks.peekLast();
        return !closed && chunks.size() < mostChunks
                || last != null && last.written + FIRST_SCRATCH_BYTES <= CHUNK_BYTES;
    }

    /** False if there is no room; nothing is kept of it then. */
    boolean add(int kind, Item item) {
        ByteBuffer encoded = encode(kind, item);
        int length = encoded.remaining();
        Chunk last = chunks.peekLast();
        if (last == null || last.written + length > CHUNK_BYTES) {
            last = length > CHUNK_BYTES ? null : another();
            if (last == null) {
                return false;
            }
            chunks.addLast(last);
        }
        MemorySegment.copy(
                encoded.array(), 0, last.memory, ValueLayout.JAVA_BYTE, last.written, length);
        last.written += length;
        events++;
        return true;
    }

    /** Takes out the oldest, at most so many, for {@link #decoded}. */
    void drainTo(List<? super ByteBuffer> into, int max) {
        for (int i = 0; i < max && events > 0; i++) {
            Chunk first = chunks.getFirst();
            int length = first.memory.get(LENGTH, first.read);
            byte[] bytes = new byte[length];
            MemorySegment.copy(first.memory, ValueLayout.JAVA_BYTE, first.read, bytes, 0, length);
            first.read += length;
            events--;
            into.add(ByteBuffer.wrap(bytes));
            if (first.read == first.written) {
                chunks.removeFirst();
                setAside(first);
            }
        }
    }

    /** What is in it is gone, and nothing more is taken. */
    @Override
    public void close() {
        closed = true;
        chunks.forEach(chunk -> chunk.arena.close());
        chunks.clear();
        events = 0;
        if (spare != null) {
            spare.arena.close();
            spare = null;
        }
    }

    private @Nullable Chunk another() {
        if (closed || chunks.size() >= mostChunks) {
            return null;
        }
        Chunk known = spare;
        if (known != null) {
            spare = null;
            return known;
        }
        try {
            return new Chunk();
        } catch (OutOfMemoryError e) {
            return null; // the JVM's limit is lower than ours
        }
    }

    private void setAside(Chunk emptied) {
        if (spare != null) {
            emptied.arena.close();
            return;
        }
        emptied.written = 0;
        emptied.read = 0;
        spare = emptied;
    }

    // the form

    private ByteBuffer encode(int kind, Item item) {
        FlatRecord event = item.event();
        TraceContext trace = event.trace();
        ByteBuffer out = scratch.clear().position(Integer.BYTES);
        out.putShort((short) kind)
                .put((byte) event.severity().ordinal())
                .put((byte) event.service().ordinal())
                .put(
                        (byte)
                                ((item.local() ? LOCAL : 0)
                                        | (item.traced() ? TRACED : 0)
                                        | (trace == null ? 0 : HAS_TRACE)))
                .putLong(event.time().getEpochSecond())
                .putInt(event.time().getNano())
                .putLong(event.suppressed());
        if (trace != null) {
            out.putLong(trace.traceIdHigh()).putLong(trace.traceIdLow()).putLong(trace.spanId());
        }
        for (Object value : event.values()) {
            out = room(Long.BYTES);
            switch (value) {
                case Long number -> out.putLong(number);
                case Double number -> out.putDouble(number);
                case Boolean truth -> out.put((byte) (truth ? 1 : 0));
                case Object text -> {
                    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
                    out = room(Integer.BYTES + bytes.length);
                    out.putInt(bytes.length).put(bytes);
                }
            }
        }
        out.flip();
        return out.putInt(0, out.limit());
    }

    private ByteBuffer room(int bytes) {
        if (scratch.remaining() < bytes) {
            int position = scratch.position();
            byte[] larger =
                    Arrays.copyOf(
                            scratch.array(), Math.max(2 * scratch.capacity(), position + bytes));
            scratch = ByteBuffer.wrap(larger).position(position);
        }
        return scratch;
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        String text = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }

    /** Any thread. */
    Item decoded(ByteBuffer in) {
        in.position(Integer.BYTES);
        EventKind kind = kinds.numbered(in.getShort());
        Severity severity = SEVERITIES[in.get()];
        Service service = SERVICES[in.get()];
        int flags = in.get();
        Instant time = Instant.ofEpochSecond(in.getLong(), in.getInt());
        long suppressed = in.getLong();
        TraceContext trace =
                (flags & HAS_TRACE) == 0
                        ? null
                        : new TraceContext(in.getLong(), in.getLong(), in.getLong(), true, "");
        List<Field> fields = kind.event().fields();
        Object[] values = new Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (fields.get(i).type()) {
                        case INTEGER -> in.getLong();
                        case NUMBER -> in.getDouble();
                        case BOOLEAN -> in.get() != 0;
                        case STRING -> text(in);
                    };
        }
        FlatRecord event =
                new FlatRecord(
                        FlatRecord.UNSTORED,
                        time,
                        kind.event(),
                        severity,
                        service,
                        nodeId,
                        suppressed,
                        trace,
                        values);
        return new Item(event, (flags & TRACED) != 0, (flags & LOCAL) != 0);
    }
}
