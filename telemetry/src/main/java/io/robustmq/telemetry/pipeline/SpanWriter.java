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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes spans as OTLP's request (opentelemetry.proto.collector.trace.v1 and trace.v1, 1.x),
 * without an object for each part of them. One thread.
 *
 * <pre>
 *   ExportTraceServiceRequest { resource_spans = 1 {
 *     resource = 1, scope_spans = 2 { scope = 1, spans = 2 {} } } }
 * </pre>
 */
final class SpanWriter {
    private static final byte[] WRITTEN = utf8("written");

    /** Trace flags' bit 8: whether the parent is remote is known; bit 9: it is. */
    private static final int HAS_IS_REMOTE = 0x100;

    private static final int IS_REMOTE = 0x200;

    private final byte[] resource;
    private final byte[] scope;
    private final Map<String, byte[]> keys = new HashMap<>();

    private final ProtoWriter to = new ProtoWriter();

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
        to.begin();
        for (int i = spans.size() - 1; i >= 0; i--) {
            int after = to.written();
            span(spans.get(i));
            to.message(2, after);
        }
        to.bytes(1, scope);
        to.message(2, 0);
        to.bytes(1, resource);
        to.message(1, 0);
        return to.message();
    }

    // The messages, each with its last field first

    private void span(FinishedSpan span) {
        FinishedSpan.Shape shape = span.shape();
        SpanRef parent = shape.parent();
        flags(16, shape.context(), parent != null && parent.remote());
        int after = to.written();
        status(span.status());
        to.message(15, after);
        List<SpanRef> links = shape.links();
        for (int i = links.size() - 1; i >= 0; i--) {
            after = to.written();
            link(links.get(i));
            to.message(13, after);
        }
        long writtenAt = span.times().written();
        if (writtenAt != 0) {
            after = to.written();
            to.bytes(2, WRITTEN);
            to.fixed64(1, writtenAt);
            to.message(11, after);
        }
        attributes(shape.attributes());
        to.fixed64(8, span.times().ended());
        to.fixed64(7, span.times().began());
        to.number(6, shape.kind().ordinal() + 1L);
        to.bytes(5, key(shape.name()));
        if (parent != null) {
            to.bytes(4, parent.context().spanId());
        }
        identity(shape.context());
    }

    private void link(SpanRef link) {
        flags(6, link.context(), link.remote());
        identity(link.context());
    }

    /** The first three fields of a span and of a link. */
    private void identity(TraceContext of) {
        String state = SpanRef.wellFormed(of.traceState());
        if (!state.isEmpty()) {
            to.bytes(3, utf8(state));
        }
        to.bytes(2, of.spanId());
        to.bytes(1, of.traceIdHigh(), of.traceIdLow());
    }

    private void flags(int field, TraceContext context, boolean remote) {
        to.fixed32(field, HAS_IS_REMOTE | (remote ? IS_REMOTE : 0) | (context.sampled() ? 1 : 0));
    }

    private void status(StatusData status) {
        int code = status.getStatusCode().ordinal();
        if (code != 0) {
            to.number(3, code);
        }
        String detail = status.getDescription();
        if (!detail.isEmpty()) {
            to.bytes(2, utf8(detail));
        }
    }

    private void attributes(SpanAttributes attributes) {
        for (int i = attributes.size() - 1; i >= 0; i--) {
            int attribute = to.written();
            switch (attributes.value(i)) {
                case String text -> to.bytes(1, utf8(text));
                case Boolean flag -> to.number(2, flag ? 1 : 0);
                case Long number -> to.number(3, number);
                default -> throw new AssertionError(attributes.key(i));
            }
            to.message(2, attribute);
            to.bytes(1, key(attributes.key(i)));
            to.message(9, attribute);
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
}
