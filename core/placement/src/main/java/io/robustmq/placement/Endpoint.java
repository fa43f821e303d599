package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.RaftEndpoint;
import java.util.UUID;

/** A member as Hazelcast's Raft knows it: an identity and nothing else. */
record Endpoint(MemberId id) implements RaftEndpoint {
    @Override
    public UUID getUuid() {
        return new UUID(id.high(), id.low());
    }

    static MemberId id(RaftEndpoint endpoint) {
        return ((Endpoint) endpoint).id;
    }
}
