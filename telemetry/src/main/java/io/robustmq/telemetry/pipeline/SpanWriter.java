package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.marshal.Marshaler;
import io.opentelemetry.exporter.internal.otlp.InstrumentationScopeMarshaler;
import io.opentelemetry.exporter.internal.otlp.ResourceMarshaler;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.robustmq.telemetry.event.TraceContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes spans as OTLP's request (opentelemetry.proto.collector.trace.v1 and trace.v1, 1.x),
 * without an object for each part of them. It writes from the end to the beginning, so that the
 * length of a message is known when it is to be put in front of it. One thread.
 *
 * <pre>
 *   ExportTraceServiceRequest { resource_spans = 1 {
 *     resource = 1, scope_spans = 2 { scope = 1, spans = 2 {} } } }
 * </pre>
 */
final class SpanWriter {
    private static final int FIRST_ROOM = 1 << 16;

    /** What a request of unusual spans took is given back. */
    private static final int KEPT_ROOM = 1 << 20;

    private static final int VARINT = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int LENGTH = 2;
    private static final int FOUR_BYTES = 5;
    private static final int LONGEST_VARINT = 10;

    private static final byte[] WRITTEN = utf8("written");

    /** Trace flags' bit 8: whether the parent is remote is known; bit 9: it is. */
    private static final int HAS_IS_REMOTE = 0x100;

    private static final int IS_REMOTE = 0x200;

    private final byte[] resource;
    private final byte[] scope;
    private final Map<String, byte[]> keys = new HashMap<>();

    // what is written is at the end of it
    private byte[] buffer = new byte[FIRST_ROOM];
    private int at = buffer.length;

    SpanWriter(Resource resource) {
        this.resource = bytes(ResourceMarshaler.create(resource));
        this.scope = bytes(InstrumentationScopeMarshaler.create(Resources.SCOPE));
    }

    private static byte[] bytes(Marshaler message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            message.writeBinaryTo(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // it is written to memory
        }
        return bytes.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A request of them, in their order. */
    byte[] request(List<FinishedSpan> spans) {
        at = buffer.length;
        for (int i = spans.size() - 1; i >= 0; i--) {
            int after = written();
            span(spans.get(i));
            message(2, after);
        }
        bytes(1, scope);
        message(2, 0);
        bytes(1, resource);
        message(1, 0);
        byte[] request = Arrays.copyOfRange(buffer, at, buffer.length);
        if (buffer.length > KEPT_ROOM) {
            buffer = new byte[FIRST_ROOM];
        }
        return request;
    }

    // The messages, each with its last field first

    private void span(FinishedSpan span) {
        FinishedSpan.Shape shape = span.shape();
        SpanRef parent = shape.parent();
        flags(16, shape.context(), parent != null && parent.remote());
        int after = written();
        status(span.status());
        message(15, after);
        List<SpanRef> links = shape.links();
        for (int i = links.size() - 1; i >= 0; i--) {
            after = written();
            link(links.get(i));
            message(13, after);
        }
        long writtenAt = span.times().written();
        if (writtenAt != 0) {
            after = written();
            bytes(2, WRITTEN);
            fixed64(1, writtenAt);
            message(11, after);
        }
        attributes(shape.attributes());
        fixed64(8, span.times().ended());
        fixed64(7, span.times().began());
        number(6, shape.kind().ordinal() + 1L);
        bytes(5, key(shape.name()));
        if (parent != null) {
            spanId(4, parent.context());
        }
        identity(SpanRef.local(shape.context()));
    }

    private void link(SpanRef to) {
        flags(6, to.context(), to.remote());
        identity(to);
    }

    /** The first three fields of a span and of a link. */
    private void identity(SpanRef of) {
        String state = of.traceState();
        if (!state.isEmpty()) {
            bytes(3, utf8(state));
        }
        spanId(2, of.context());
        room(18);
        at -= 16;
        putLong(at, of.context().traceIdHigh());
        putLong(at + 8, of.context().traceIdLow());
        buffer[--at] = 16;
        buffer[--at] = 1 << 3 | LENGTH;
    }

    private void spanId(int field, TraceContext context) {
        room(10);
        at -= 8;
        putLong(at, context.spanId());
        buffer[--at] = 8;
        buffer[--at] = (byte) (field << 3 | LENGTH);
    }

    private void flags(int field, TraceContext context, boolean remote) {
        int flags = HAS_IS_REMOTE | (remote ? IS_REMOTE : 0) | (context.sampled() ? 1 : 0);
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            buffer[--at] = (byte) (flags >>> shift);
        }
        tag(field, FOUR_BYTES);
    }

    private void status(StatusData status) {
        int code = status.getStatusCode().ordinal();
        if (code != 0) {
            number(3, code);
        }
        String detail = status.getDescription();
        if (!detail.isEmpty()) {
            bytes(2, utf8(detail));
        }
    }

    private void attributes(SpanAttributes attributes) {
        for (int i = attributes.size() - 1; i >= 0; i--) {
            int attribute = written();
            switch (attributes.value(i)) {
                case String text -> bytes(1, utf8(text));
                case Boolean flag -> number(2, flag ? 1 : 0);
                case Long number -> number(3, number);
                default -> throw new AssertionError(attributes.key(i));
            }
            message(2, attribute);
            bytes(1, key(attributes.key(i)));
            message(9, attribute);
        }
    }

    /** Names that are written in this code, which is few. */
    private byte[] key(String name) {
        byte[] known = keys.get(name);
        if (known == null) {
            known = utf8(name);
            keys.put(name, known);
        }
        return known;
    }

    // Fields

    private int written() {
        return buffer.length - at;
    }

    /** Makes a field of what was written since. */
    private void message(int field, int since) {
        varint(written() - since);
        tag(field, LENGTH);
    }

    private void bytes(int field, byte[] value) {
        room(value.length);
        at -= value.length;
        System.arraycopy(value, 0, buffer, at, value.length);
        varint(value.length);
        tag(field, LENGTH);
    }

    private void number(int field, long value) {
        varint(value);
        tag(field, VARINT);
    }

    /** Little endian. */
    private void fixed64(int field, long value) {
        room(8);
        at -= 8;
        putLong(at, Long.reverseBytes(value));
        tag(field, EIGHT_BYTES);
    }

    private void tag(int field, int type) {
        varint(field << 3 | type);
    }

    private void varint(long value) {
        room(LONGEST_VARINT);
        if ((value & ~0x7f) == 0) {
            buffer[--at] = (byte) value;
            return;
        }
        int length = (70 - Long.numberOfLeadingZeros(value)) / 7;
        at -= length;
        long left = value;
        for (int i = 0; i < length; i++) {
            buffer[at + i] = (byte) (left & 0x7f | (i < length - 1 ? 0x80 : 0));
            left >>>= 7;
        }
    }

    /** Big endian. */
    private void putLong(int index, long value) {
        for (int i = 0; i < 8; i++) {
            buffer[index + i] = (byte) (value >>> 56 - 8 * i);
        }
    }

    private void room(int bytes) {
        if (at < bytes) {
            int used = written();
            byte[] larger = new byte[Math.max(2 * buffer.length, used + bytes + LONGEST_VARINT)];
            System.arraycopy(buffer, at, larger, larger.length - used, used);
            buffer = larger;
            at = larger.length - used;
        }
    }
}
