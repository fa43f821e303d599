package io.robustmq.telemetry.pipeline;

import io.opentelemetry.exporter.internal.marshal.Marshaler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One span of a request, taken out of it without being looked at, so that a part of the request can
 * be sent.
 *
 * <pre>
 *   ExportTraceServiceRequest { resource_spans = 1 {
 *     scope_spans = 2 { spans = 2 {} | others } | others } }
 * </pre>
 *
 * @param ordinal how many spans were stored so far, this one included
 */
record EncodedSpan(long ordinal, Origin origin, ByteBuffer span) {
    private static final int RESOURCE_SPANS = 1;
    private static final int SCOPE_SPANS = 2;
    private static final int SPANS = 2;

    /** What it is in: of both messages the other fields. The spans of one message share it. */
    private record Origin(byte[] resource, byte[] scope) {}

    /** A message whose repeated field is apart from the others. */
    private static final class Taken {
        private final ByteArrayOutputStream others = new ByteArrayOutputStream();
        private final List<ProtoReader> messages = new ArrayList<>();

        Taken(ProtoReader message, int repeated) throws IOException {
            while (message.next()) {
                if (message.field() == repeated) {
                    messages.add(message.message());
                } else {
                    ByteBuffer raw = message.raw();
                    others.write(raw.array(), raw.arrayOffset() + raw.position(), raw.remaining());
                }
            }
        }
    }

    /**
     * @throws IOException if they are not what they say
     */
    static List<EncodedSpan> of(StoredSpans stored) throws IOException {
        List<EncodedSpan> spans = new ArrayList<>(stored.count());
        Taken request = new Taken(ProtoReader.of(stored.request()), RESOURCE_SPANS);
        for (ProtoReader each : request.messages) {
            Taken resource = new Taken(each, SCOPE_SPANS);
            for (ProtoReader one : resource.messages) {
                Taken scope = new Taken(one, SPANS);
                Origin origin =
                        new Origin(resource.others.toByteArray(), scope.others.toByteArray());
                for (ProtoReader span : scope.messages) {
                    long ordinal = stored.totalBefore() + spans.size() + 1;
                    spans.add(new EncodedSpan(ordinal, origin, span.rest()));
                }
            }
        }
        if (spans.size() != stored.count()) {
            throw new IOException(
                    "a record of " + stored.count() + " spans, there are " + spans.size());
        }
        return spans;
    }

    /** A request of them. */
    @SuppressWarnings("ReferenceEquality") // those of one message share one
    static Marshaler request(List<EncodedSpan> spans) {
        ProtoWriter to = new ProtoWriter();
        for (int from = spans.size(); from > 0; ) {
            Origin origin = spans.get(from - 1).origin;
            int after = to.written();
            while (from > 0 && spans.get(from - 1).origin == origin) {
                to.bytes(SPANS, spans.get(--from).span);
            }
            to.raw(origin.scope);
            to.message(SCOPE_SPANS, after);
            to.raw(origin.resource);
            to.message(RESOURCE_SPANS, after);
        }
        return new EncodedRequest(to.message());
    }
}
