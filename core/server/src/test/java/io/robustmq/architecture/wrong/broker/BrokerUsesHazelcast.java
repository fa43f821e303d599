package io.robustmq.architecture.wrong.broker;

import com.hazelcast.config.Config;

/** Breaks the rule of its name. */
final class BrokerUsesHazelcast {
    Class<?> type = Config.class;
}
