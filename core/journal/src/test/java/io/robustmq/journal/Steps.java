package io.robustmq.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Runs the writers on the test's own thread, when it says so: nothing happens by chance. */
final class Steps implements Pace {
    private final List<Writer> writers = new ArrayList<>();
    private boolean running;

    /** Everything that waits is done, and nothing more. */
    void turn() {
        running = true;
        try {
            writers.forEach(Writer::turn);
        } finally {
            running = false;
        }
    }

    @Override
    public void start(String name, Writer writer) {
        writers.add(writer);
    }

    @Override
    public void await(Writer writer, CompletableFuture<Void> end) {
        while (!end.isDone()) {
            writer.turn();
        }
        writers.removeIf(ended -> ended.ended().isDone());
    }

    @Override
    public boolean isOn(Writer writer) {
        return running;
    }
}
