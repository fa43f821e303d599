package io.robustmq.journal;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A thread for each writer. */
final class WriterThreads implements Pace {
    private final Map<Writer, Thread> threads = new ConcurrentHashMap<>();

    @Override
    public void start(String name, Writer writer) {
        Thread thread = Thread.ofPlatform().name(name).daemon().unstarted(writer);
        threads.put(writer, thread);
        thread.start();
    }

    @Override
    public void await(Writer writer, CompletableFuture<Void> end) {
        end.join();
    }

    @Override
    public boolean isOn(Writer writer) {
        return Thread.currentThread() == threads.get(writer);
    }
}
