package io.robustmq.journal;

import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the oldest sealed segments when {@link Retention} says so. One is gone on disk before the
 * next is deleted: a crash in between leaves a later beginning, never a hole. The writer's thread.
 */
final class Retaining {
    private final Home home;
    private final Chain chain;

    /** A deletion that may not be on disk yet, or that failed. */
    private boolean unfinished;

    Retaining(Home home, Chain chain) {
        this.home = home;
        this.chain = chain;
    }

    /** Whether time alone may make something go. */
    boolean needsTicks() {
        return unfinished || !home.settings().retention().maxAge().isZero() && chain.size() > 1;
    }

    /**
     * A disk that refuses is asked again at the next tick.
     *
     * @param trimmed nobody needs records below it
     * @param activeBytes of the segment being written
     */
    void enforce(long trimmed, long activeBytes) {
        try {
            if (unfinished) {
                home.disk().syncDirectory(home.directory());
                unfinished = false;
            }
            String why = why(trimmed, activeBytes);
            while (why != null) {
                unfinished = true;
                delete(chain.first(), why, trimmed, activeBytes);
                unfinished = false;
                why = why(trimmed, activeBytes);
            }
        } catch (IOException e) {
            // unfinished is still set
        }
    }

    /** Why the oldest segment goes; null if it stays. */
    private @Nullable String why(long trimmed, long activeBytes) {
        Segment oldest = chain.first();
        if (oldest == chain.last()) {
            return null;
        }
        Retention limits = home.settings().retention();
        if (limits.trimmed() && oldest.nextOffset() <= trimmed) {
            return "trimmed";
        }
        if (limits.maxBytes() > 0 && chain.sealedBytes() + activeBytes > limits.maxBytes()) {
            return "size";
        }
        Duration maxAge = limits.maxAge();
        boolean old =
                !maxAge.isZero()
                        && oldest.latestMillis() < home.clock().millis() - maxAge.toMillis();
        return old ? "age" : null;
    }

    private void delete(Segment segment, String why, long trimmed, long activeBytes)
            throws IOException {
        segment.removed(true);
        try {
            home.disk().delete(segment.path);
        } catch (IOException e) {
            segment.removed(false);
            throw e;
        }
        chain.remove(segment);
        home.node().handles().forget(segment);
        home.node().indexes().forget(segment);
        long next = chain.firstOffset();
        long firstNeeded = Math.clamp(trimmed, segment.baseOffset(), next);
        home.measures().removed(firstNeeded - segment.baseOffset(), next - firstNeeded);
        home.measures().size(chain.sealedBytes() + activeBytes, chain.size());
        home.events()
                .emit(
                        new JournalEvent.SegmentDeleted(
                                home.shard(), segment.path.toString(), why, next - 1));
        if (firstNeeded < next) {
            home.events()
                    .emit(
                            new JournalEvent.RetentionOverrun(
                                    home.shard(), firstNeeded, next - 1, why));
        }
        home.disk().syncDirectory(home.directory());
        IndexRebuild.discard(home, segment);
    }
}
