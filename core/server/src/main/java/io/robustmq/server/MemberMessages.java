package io.robustmq.server;

import com.google.protobuf.ByteString;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.robustmq.server.wire.DeliverRequest;
import io.robustmq.server.wire.DeliverResponse;
import io.robustmq.server.wire.MembersProto;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * robustmq.placement.v1.Members: what comes from other members. Messages are handed over in the
 * order of their call, on its thread. Of a message whose end does not come with the same call
 * nothing is handed over.
 *
 * <p>Bound: a message has at most {@link #MAX_MESSAGE_BYTES}.
 */
final class MemberMessages {
    static final String SERVICE = "Members";
    static final String DELIVER = "Deliver";

    static final int MAX_MESSAGE_BYTES = 1 << 30;

    private final Consumer<byte[]> receiver;
    private final GrpcService.Refusals refusals;

    MemberMessages(Consumer<byte[]> receiver, GrpcService.Refusals refusals) {
        this.receiver = receiver;
        this.refusals = refusals;
    }

    ServerServiceDefinition service() {
        return new GrpcService(MembersProto.getDescriptor(), SERVICE, refusals)
                .bindTalk(
                        DELIVER,
                        DeliverRequest.getDefaultInstance(),
                        DeliverResponse.getDefaultInstance(),
                        Arrival::new)
                .definition();
    }

    /** What comes with one call. One thread. */
    final class Arrival implements GrpcService.Talk<DeliverRequest, DeliverResponse> {
        /** Of the message that goes on with the next request. */
        private ByteString begun = ByteString.EMPTY;

        @Override
        public @Nullable DeliverResponse answer(DeliverRequest request) throws StatusException {
            List<ByteString> messages = request.getMessagesList();
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
                    begun = message;
                } else {
                    receiver.accept(message.toByteArray());
                }
            }
            return request.getAnswer() ? DeliverResponse.getDefaultInstance() : null;
        }
    }
}
