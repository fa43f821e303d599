package io.robustmq.journal;

import java.io.IOException;

/**
 * Where in a segment the records with a key are, by key blocks: the frames that begin within
 * {@value SegmentIndex#KEY_BLOCK_BYTES} bytes of the file. Any thread.
 */
interface KeyIndex {
    /** Those in which a record has {@code key}, ascending. */
    int[] keyBlocks(int key) throws IOException;

    /** How many there are. */
    int keyBlockCount();

    /**
     * Of the first record in it, or after it if none begins there; {@code Long.MAX_VALUE} if there
     * is none.
     */
    long firstOffset(int keyBlock);

    /** Where that record is; only if there is one. */
    int firstPosition(int keyBlock);
}
