package io.robustmq.telemetry.event;

/** Who did, or wanted to do, what only an administrator may, and what became of it. */
@Flatten
public record Admin(
        @Doc(
                        "By what they may: admin-token, grpc for the port of the administration, nobody without either, node for the node itself, user and their name for a command that says so")
                String who,
        @Doc(
                        value = "Address and port of the other end",
                        sensitivity = Sensitivity.IDENTITY,
                        attribute = "network.peer.address")
                String remoteAddr,
        @Doc("Whether it was done") Outcome outcome) {

    public enum Outcome {
        DONE,
        REFUSED
    }

    /** The node itself did it. */
    public static final Admin NODE = new Admin("node", "", Outcome.DONE);

    /** Who has the token did it. */
    public static Admin withToken(String remoteAddr) {
        return new Admin("admin-token", remoteAddr, Outcome.DONE);
    }

    /** Somebody who reaches the gRPC port did it. */
    public static Admin byGrpc(String remoteAddr) {
        return new Admin("grpc", remoteAddr, Outcome.DONE);
    }

    /** They wanted to. */
    public Admin refused() {
        return new Admin(who, remoteAddr, Outcome.REFUSED);
    }
}
