package io.robustmq.placement;

/**
 * A member of the group as another sees it.
 *
 * @param answers whether it was heard of within two seconds; of the others only who leads knows
 */
public record MemberStatus(Member member, boolean answers, boolean leads) {}
