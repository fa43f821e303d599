package io.robustmq.architecture.wrong.broker;

/** Breaks the rule of its name. */
final class BrokerPrints {
    void print() {
        System.out.println();
    }
}
