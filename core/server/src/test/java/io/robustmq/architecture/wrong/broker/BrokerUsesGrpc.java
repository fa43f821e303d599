package io.robustmq.architecture.wrong.broker;

import io.grpc.Status;

/** Breaks the rule of its name. */
final class BrokerUsesGrpc {
    Status status() {
        return Status.OK;
    }
}
