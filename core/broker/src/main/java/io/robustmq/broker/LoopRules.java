package io.robustmq.broker;

/**
 * What one loop needs to hold to what an operator decided about clients and topics. Belongs to the
 * loop.
 *
 * @param offlineOff what is not kept for those who are away
 */
record LoopRules(
        HalfOpen halfOpen, OfflineOff offlineOff, SlowSubscriptions slow, PayloadChecks payloads) {
    static LoopRules of(Loop loop, BrokerSettings settings, int loops) {
        return new LoopRules(
                new HalfOpen(settings.protection().arrivals().maxHalfOpen(), loops),
                new OfflineOff(settings.topicRules().offlineOff()),
                new SlowSubscriptions(loop, settings.slow()),
                new PayloadChecks(loop));
    }
}
