package io.robustmq.journal;

import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.JournalEvent;
import io.robustmq.telemetry.event.Latency;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The appends of one shard that are written in one piece. The writer's thread. */
final class Group {
    private final Home home;
    private final List<Append> appends = new ArrayList<>();
    private long epochMillis;
    private int payloadBytes;
    private long writtenNanos;

    Group(Home home) {
        this.home = home;
    }

    /** To be filled. */
    List<Append> appends() {
        return appends;
    }

    int size() {
        return appends.size();
    }

    int payloadBytes() {
        return payloadBytes;
    }

    /** Puts all into {@code encoder}, as records from {@code offset} on. */
    void encode(FrameEncoder encoder, long offset, long synced) {
        epochMillis = home.clock().millis();
        for (int i = 0; i < appends.size(); i++) {
            encoder.record(appends.get(i), offset + i, synced, epochMillis);
        }
    }

    /** Adds all to {@code index}: the first is record {@code offset} at {@code position}. */
    void index(SegmentIndex index, long offset, long position) {
        int at = (int) position;
        payloadBytes = 0;
        for (int i = 0; i < appends.size(); i++) {
            Append append = appends.get(i);
            index.add(offset + i, at, epochMillis);
            for (int key : append.keys()) {
                index.addKey(key, at);
            }
            at += append.frameBytes();
            payloadBytes += append.payload().length;
        }
    }

    /** All are with the operating system now. */
    void written() {
        writtenNanos = System.nanoTime();
    }

    /** Adds how long each took until now. */
    void measure(Latency latencies, long nowNanos) {
        for (int i = 0; i < appends.size(); i++) {
            latencies.record(nowNanos - appends.get(i).offeredNanos(), 1);
        }
    }

    /** Tells all, of whom the first is record {@code offset}. */
    void appended(long offset, long durableNanos) {
        for (int i = 0; i < appends.size(); i++) {
            try {
                appends.get(i).timed(writtenNanos, durableNanos);
                appends.get(i).appended(offset + i, epochMillis);
            } catch (RuntimeException | Error e) {
                reportListener(e);
            }
        }
        appends.clear();
    }

    /** Tells all of them, and {@code more} that did not come to be written. */
    void failed(List<Append> more, IOException why) {
        appends.addAll(more);
        for (Append append : appends) {
            try {
                append.failed(why);
            } catch (RuntimeException | Error e) {
                reportListener(e);
            }
        }
        appends.clear();
    }

    /** A listener's defect is not the shard's. */
    void reportListener(Throwable defect) {
        home.events().emit(new JournalEvent.ListenerFailed(home.shard(), Failure.of(defect)));
    }
}
