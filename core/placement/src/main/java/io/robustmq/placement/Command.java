package io.robustmq.placement;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;

/** A change of the placement state; {@link CommandCodec} says how it is kept in the log. */
sealed interface Command {
    record Register(Node node) implements Command {}

    record Deregister(String nodeId) implements Command {}

    record BeginTrace(TraceOrder order) implements Command {}

    record EndTrace(String id, Author by) implements Command {
        public EndTrace {
            TraceOrder.checkId(id);
        }
    }

    record SetLevel(LevelOrder order) implements Command {}

    /** Removes what has a time that is over by then. */
    record Expire(Instant now) implements Command {}

    default byte[] encoded() {
        return CommandCodec.encoded(this);
    }

    /**
     * @throws IOException if it is none, or of a newer version
     */
    static Command decoded(byte[] bytes) throws IOException {
        return decoded(ByteBuffer.wrap(bytes));
    }

    static Command decoded(ByteBuffer in) throws IOException {
        return CommandCodec.decoded(in);
    }
}
