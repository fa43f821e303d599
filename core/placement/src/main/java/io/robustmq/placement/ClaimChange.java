package io.robustmq.placement;

/** That a node has a client now, or has it no more. */
public sealed interface ClaimChange {
    /** In one command. */
    int MAX = 4096;

    /** Client ids of one command, in UTF-8. */
    int MAX_BYTES = 1 << 20;

    /** A client's id, as MQTT allows it. */
    int MAX_CLIENT_BYTES = 65_535;

    String clientId();

    /** Whoever had it has it no more. */
    record Take(String clientId) implements ClaimChange {
        public Take {
            Claim.checkClientId(clientId);
        }
    }

    /**
     * If nobody else has it. Whoever has it keeps it, unless that is the node itself, or a node
     * that is not there any more.
     */
    record TakeFree(String clientId) implements ClaimChange {
        public TakeFree {
            Claim.checkClientId(clientId);
        }
    }

    /** If the node's claim is still the one with that epoch. */
    record Release(String clientId, long epoch) implements ClaimChange {
        public Release {
            Claim.checkClientId(clientId);
            if (epoch <= 0) {
                throw new IllegalArgumentException(
                        "a claim's epoch is greater than 0, was " + epoch);
            }
        }
    }
}
