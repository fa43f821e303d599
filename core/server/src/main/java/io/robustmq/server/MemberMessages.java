package io.robustmq.server;

import com.google.protobuf.ByteString;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.robustmq.server.wire.DeliverRequest;
import io.robustmq.server.wire.DeliverResponse;
import io.robustmq.server.wire.MembersProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * robustmq.placement.v1.Members: what comes from other members. Messages are handed over in the
 * order of their link, on the thread of the call.
 *
 * <p>Bounds: {@link #MAX_LINKS} links with half a message, the oldest of which is forgotten; a
 * message has at most {@link #MAX_MESSAGE_BYTES}.
 */
final class MemberMessages {
    static final String SERVICE = "Members";
    static final String DELIVER = "Deliver";

    static final int MAX_MESSAGE_BYTES = 1 << 30;
    private static final int MAX_LINKS = 64;

    private final Consumer<byte[]> receiver;
    private final GrpcService.Refusals refusals;

    /** Guarded by itself. */
    private final Map<Long, Half> halves = new LinkedHashMap<>();

    /** The beginning of a message, and the call that goes on with it. */
    private record Half(long nextCall, ByteString begun) {}

    MemberMessages(Consumer<byte[]> receiver, GrpcService.Refusals refusals) {
        this.receiver = receiver;
        this.refusals = refusals;
    }

    ServerServiceDefinition service() {
        return new GrpcService(MembersProto.getDescriptor(), SERVICE, refusals)
                .bind(
                        DELIVER,
                        DeliverRequest.getDefaultInstance(),
                        DeliverResponse.getDefaultInstance(),
                        this::deliver)
                .definition();
    }

    DeliverResponse deliver(DeliverRequest request) throws StatusException {
        List<ByteString> messages = request.getMessagesList();
        ByteString begun = ByteString.EMPTY;
        synchronized (halves) {
            Half half = halves.remove(request.getLink());
            if (half != null) {
                if (half.nextCall != request.getCall()) {
                    throw Status.DATA_LOSS
                            .withDescription(
                                    "call "
                                            + request.getCall()
                                            + " of a link came where "
                                            + half.nextCall
                                            + " goes on with a message")
                            .asException();
                }
                begun = half.begun;
            }
        }
        for (int i = 0; i < messages.size(); i++) {
            ByteString message = begun.concat(messages.get(i));
            begun = ByteString.EMPTY;
            if (message.size() > MAX_MESSAGE_BYTES) {
                throw Status.RESOURCE_EXHAUSTED
                        .withDescription(
                                "a message has at most "
                                        + MAX_MESSAGE_BYTES
                                        + " bytes, this one has more")
                        .asException();
            }
            if (i == messages.size() - 1 && request.getMore()) {
                keep(request.getLink(), new Half(request.getCall() + 1, message));
            } else {
                receiver.accept(message.toByteArray());
            }
        }
        return DeliverResponse.getDefaultInstance();
    }

    private void keep(long link, Half half) {
        synchronized (halves) {
            halves.put(link, half);
            if (halves.size() > MAX_LINKS) {
                halves.remove(halves.keySet().iterator().next());
            }
        }
    }
}
