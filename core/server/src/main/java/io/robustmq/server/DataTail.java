package io.robustmq.server;

import io.robustmq.server.DataWire.Code;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends one client the records of a shard as they come, as far as its credit goes. One piece is on
 * its way at a time, so a client that does not read costs an open file and no memory. On the
 * connection's event loop, but for {@link #run}.
 */
final class DataTail implements Runnable {
    /** In one piece, so that the tails of one connection take turns. */
    private static final int MAX_FRAMES_BYTES = 512 * 1024;

    private final DataRequests requests;
    private final int id;
    private final ServedShard from;
    private final AtomicBoolean wakeUp = new AtomicBoolean();
    private long next;
    private long credit;
    private boolean busy;
    private boolean ended;

    DataTail(DataRequests requests, int id, ServedShard from, long next, long credit) {
        this.requests = requests;
        this.id = id;
        this.from = from;
        this.next = next;
        this.credit = credit;
    }

    void begin() {
        from.follow(this);
        push();
    }

    /** There may be news; any thread. */
    @Override
    public void run() {
        if (wakeUp.compareAndSet(false, true)) {
            requests.execute(this::push);
        }
    }

    void grant(long bytes) {
        credit = Math.min(credit + bytes, Integer.MAX_VALUE);
        push();
    }

    /** Goes on if there is something to send, and leave to send it. */
    private void push() {
        wakeUp.set(false); // before looking: what comes afterwards wakes it up again
        if (ended || busy) {
            return;
        }
        if (from.isGone()) {
            end(Code.CLOSED, "the shard was deleted");
        } else if (credit > 0 && next < from.shard().nextOffset()) {
            busy = true;
            requests.readForTail(from, next, (int) Math.min(credit, MAX_FRAMES_BYTES), this::send);
        }
    }

    private void send(DataRead.Found found) {
        if (ended) {
            found.close();
            return;
        }
        switch (found) {
            case DataRead.Frames frames -> {
                credit -= frames.region().bytes();
                next = frames.region().nextOffset();
                requests.tailFrames(id, frames, this::sent);
            }
            case DataRead.Nothing nothing -> sent();
            case DataRead.Unreadable unreadable -> end(unreadable);
        }
    }

    private void sent() {
        busy = false;
        push();
    }

    void end(Code code, String detail) {
        end(new DataRead.Unreadable(code, detail, -1));
    }

    private void end(DataRead.Unreadable why) {
        if (!ended) {
            stop();
            requests.tailEnded(id, from.shard().name(), why);
        }
    }

    /** Without a word. */
    void stop() {
        ended = true;
        from.unfollow(this);
    }
}
