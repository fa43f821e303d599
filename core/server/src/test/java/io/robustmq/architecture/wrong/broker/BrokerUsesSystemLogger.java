package io.robustmq.architecture.wrong.broker;

/** Breaks the rule of its name. */
final class BrokerUsesSystemLogger {
    System.Logger logger = System.getLogger("");
}
