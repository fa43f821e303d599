package io.robustmq.journal;

import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.nio.file.NoSuchFileException;

/**
 * Makes a shard whole whose disk failed, in the same process. Of what was written since the last
 * sync nothing is known, and everything behind the last acknowledged record was told as failed. So
 * the file is cut off there, and what was acknowledged is written again as far as it may never have
 * been synced. Appends go on in another file: no frame that was told as failed can come back in it.
 * The writer's thread.
 */
final class Mending {
    private static final int PAGE_BYTES = 4096;

    private final Home home;
    private final Chain chain;

    Mending(Home home, Chain chain) {
        this.home = home;
        this.chain = chain;
    }

    /**
     * Opens the segment again with just its acknowledged records, synced. The caller seals it,
     * unless it is empty.
     *
     * @param syncedEnd before it all has been synced
     */
    SegmentFile reopen(Segment segment, long syncedEnd) throws IOException {
        // the directory may be another one now, mounted in place of the old
        chain.all().forEach(home.node().handles()::forget);
        DiskFile file = home.disk().open(segment.path);
        boolean whole = false;
        try {
            checkSame(file, segment);
            if (segment.isEmpty()) {
                file.write(segment.header.encoded(), 0);
            } else {
                rewrite(file, segment, syncedEnd);
                removeBegun(chain.nextOffset());
            }
            file.truncate(segment.bytes());
            file.sync();
            home.disk().syncDirectory(home.directory());
            whole = true;
        } finally {
            if (!whole) {
                file.close();
            }
        }
        return new SegmentFile(segment, file, segment.bytes());
    }

    private void checkSame(DiskFile file, Segment segment) throws IOException {
        if (segment.isEmpty()) {
            return; // its header may never have reached the disk
        }
        SegmentHeader.Read read = SegmentHeader.read(file, home.shard(), segment.baseOffset());
        if (!segment.header.equals(read.header())) {
            throw new CorruptJournalException(
                    segment.path, 0, read.problem() == null ? "another file" : read.problem());
        }
    }

    private void rewrite(DiskFile file, Segment segment, long syncedEnd) throws IOException {
        SegmentIndex index = segment.growing();
        if (index == null) {
            throw new IllegalStateException(segment.path + " has no index");
        }
        // the system writes whole pages: the one with the end of what is synced, too
        int block = index.blockFrom(Math.max(0, syncedEnd - PAGE_BYTES));
        long from = block < index.blockCount() ? index.position(block) : segment.start();
        long damage =
                Rewriting.frames(
                        file,
                        segment.header.salt(),
                        index,
                        Math.min(from, syncedEnd),
                        segment.bytes());
        if (damage < segment.bytes()) {
            corrupt(segment, damage, "not readable after the disk failed");
        }
    }

    private void corrupt(Segment segment, long position, String detail) {
        home.events()
                .emit(
                        new JournalEvent.Corrupt(
                                home.shard(), segment.path.toString(), position, detail));
    }

    /** The next segment, if its creation was what failed: nothing in it is acknowledged. */
    private void removeBegun(long nextOffset) throws IOException {
        try {
            home.disk().delete(home.segment(nextOffset));
        } catch (NoSuchFileException e) {
            // it was something else
        }
    }
}
