package io.robustmq.architecture.wrong.broker;

import java.util.logging.Logger;

/** Breaks the rule of its name. */
final class BrokerLogs {
    Logger logger = Logger.getGlobal();
}
