package io.robustmq.replication;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * Brings documents into a wanted state: reads them, decides by what they say, changes them, and
 * reads again. Whatever a change came to, also one that was made late or twice, the next reading
 * tells. One thread.
 */
final class MetadataLoop {
    /** What is to be done, by what the documents say. */
    sealed interface Step {
        /** They are not as wanted. */
        record Make(List<Metadata.Change> changes, String why) implements Step {}

        /** Until {@link #again}. */
        record Hold() implements Step {}

        /** What they say is old, or nothing can be done yet: read them again after a while. */
        record Later() implements Step {}

        /** They are as wanted, or never will be. */
        record Finish() implements Step {}
    }

    /** After a failure; metadata that is away for longer is asked at this pace. */
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final String shard;
    private final Ports ports;
    private final Function<ShardView, Step> decide;

    private boolean ended;
    private boolean asking;
    private boolean askAgain;
    private boolean pausing;
    private long pausedAt;

    MetadataLoop(String shard, Ports ports, Function<ShardView, Step> decide) {
        this.shard = shard;
        this.ports = ports;
        this.decide = decide;
    }

    /** Reads and decides anew. */
    void again() {
        if (ended) {
            return;
        }
        if (asking) {
            askAgain = true;
            return;
        }
        asking = true;
        pausing = false;
        ports.metadata().read(shard, this::read);
    }

    /** What is under way may still be made; nobody is told. */
    void end() {
        ended = true;
    }

    void tick() {
        if (pausing && ports.nanoTime().getAsLong() - pausedAt >= PAUSE.toNanos()) {
            again();
        }
    }

    private void read(Metadata.Answer answer) {
        if (ended) {
            return;
        }
        switch (answer) {
            case Metadata.Answer.Unreachable(String why) -> pause();
            case Metadata.Answer.Found(ShardView view) -> {
                switch (decide.apply(view)) {
                    case Step.Hold() -> answered();
                    case Step.Later() -> pause();
                    case Step.Finish() -> ended = true;
                    case Step.Make(List<Metadata.Change> changes, String why) ->
                            ports.metadata().change(changes, why, this::changed);
                }
            }
        }
    }

    private void changed(Metadata.Outcome outcome) {
        switch (outcome) {
            case Metadata.Outcome.Done() -> {
                askAgain = true;
                answered();
            }
            case Metadata.Outcome.Conflict() -> pause();
            case Metadata.Outcome.Unknown(String why) -> pause();
        }
    }

    private void answered() {
        asking = false;
        if (askAgain) {
            askAgain = false;
            again();
        }
    }

    private void pause() {
        asking = false;
        askAgain = false;
        pausing = true;
        pausedAt = ports.nanoTime().getAsLong();
    }
}
