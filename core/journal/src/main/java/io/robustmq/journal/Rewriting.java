package io.robustmq.journal;

import java.io.IOException;

/**
 * Writes what may never have been synced once more, as it is. After a failed sync the system may
 * hold bytes in memory, readable and not marked as to be written: syncing alone would not put them
 * on disk. Each frame is checked on the way, so that no bad read gets written.
 */
final class Rewriting {
    private Rewriting() {}

    /**
     * The whole frames from {@code from} to before {@code end}.
     *
     * @return where the first bytes are that are no frame; {@code end} if there are none
     */
    static long frames(DiskFile file, int salt, SegmentIndex index, long from, long end)
            throws IOException {
        Scan scan = new Scan(file, salt, from);
        long damage = end;
        while (scan.position() < end) {
            long at = scan.position();
            if (scan.next() == Scan.Found.RECORD) {
                file.write(scan.frame(), at);
            } else {
                damage = Math.min(damage, at);
                int block = index.blockFrom(at + 1);
                scan.seek(block < index.blockCount() ? index.position(block) : end);
            }
        }
        return damage;
    }
}
