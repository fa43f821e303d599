package io.robustmq.placement;

/**
 * A member of the placement group.
 *
 * @param name its node's id, by which people know it
 * @param address {@code host:port} where the other members reach it; empty if it needs none, being
 *     alone
 */
public record Member(MemberId id, String name, String address) {
    static final int MAX_ADDRESS = 256;

    public Member {
        Node.checkId(name);
        checkAddress(address);
    }

    static void checkAddress(String address) {
        if (address.length() > MAX_ADDRESS) {
            throw new IllegalArgumentException(
                    "a member's address has at most "
                            + MAX_ADDRESS
                            + " characters, was "
                            + address.length());
        }
    }
}
