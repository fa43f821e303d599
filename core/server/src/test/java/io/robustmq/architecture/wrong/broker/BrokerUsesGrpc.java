package io.robustmq.architecture.wrong.broker;

import io.grpc.Status;

final class BrokerUsesGrpc {
    Status status() {
        return Status.OK;
    }
}
