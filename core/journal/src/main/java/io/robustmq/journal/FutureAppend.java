package io.robustmq.journal;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** An append whose end a future tells. */
final class FutureAppend extends Append {
    private final CompletableFuture<Long> offset = new CompletableFuture<>();

    FutureAppend(byte[] payload, int... keys) {
        super(payload, keys);
    }

    CompletableFuture<Long> offset() {
        return offset;
    }

    @Override
    public void appended(long at, long epochMillis) {
        offset.complete(at);
    }

    @Override
    public void failed(IOException why) {
        offset.completeExceptionally(why);
    }
}
