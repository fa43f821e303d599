package io.robustmq.journal;

import java.util.Arrays;

/**
 * Where to begin to look in a segment. It grows while the segment is written, by one thread, and is
 * read by any.
 *
 * <p>A block is the frames that begin within {@value #BLOCK_BYTES} bytes of the file: it has the
 * offset and position of its first frame and the latest time of all frames before it. A key is
 * listed once for each {@value #KEY_BLOCK_BYTES} bytes in which a record has it; one that comes
 * from a file has no keys, they stay there ({@link StoredKeys}).
 */
final class SegmentIndex implements KeyIndex {
    static final int BLOCK_SHIFT = 12;
    static final int BLOCK_BYTES = 1 << BLOCK_SHIFT;
    static final int KEY_BLOCK_SHIFT = 16;
    static final int KEY_BLOCK_BYTES = 1 << KEY_BLOCK_SHIFT;

    private static final int FIRST_BLOCKS = 16;

    /** Arrays that grow by copies; what is below a count stays as it is. */
    private record Blocks(int[] offsets, int[] positions, long[] millis) {}

    private final long baseOffset;
    private volatile Blocks blocks;
    private volatile long[] keys;
    private volatile int blockCount;
    private volatile int keyCount;
    private volatile long latestMillis = Long.MIN_VALUE;
    private volatile long firstMillis = Long.MAX_VALUE;

    // the writer's

    /** Keys of the key block being written, an open hash set of them with what is at its start. */
    private final KeySet seen = new KeySet();

    private int lastBlock = -1;
    private int lastKeyBlock = -1;

    SegmentIndex(long baseOffset) {
        this.baseOffset = baseOffset;
        blocks = new Blocks(new int[FIRST_BLOCKS], new int[FIRST_BLOCKS], new long[FIRST_BLOCKS]);
        keys = new long[FIRST_BLOCKS];
    }

    /** A frame follows those added before. */
    void add(long offset, int position, long epochMillis) {
        if (position >> BLOCK_SHIFT != lastBlock) {
            lastBlock = position >> BLOCK_SHIFT;
            addBlock((int) (offset - baseOffset), position, latestMillis);
        }
        if (epochMillis > latestMillis) {
            latestMillis = epochMillis;
        }
        if (firstMillis == Long.MAX_VALUE) {
            firstMillis = epochMillis;
        }
    }

    /** A key of the frame just added. */
    void addKey(int key, int position) {
        if (position >> KEY_BLOCK_SHIFT != lastKeyBlock) {
            lastKeyBlock = position >> KEY_BLOCK_SHIFT;
            seen.clear();
        }
        if (seen.add(key)) {
            addKeyPlace(((long) key << 32) | lastKeyBlock);
        }
    }

    void addBlock(int relativeOffset, int position, long latestBefore) {
        Blocks now = blocks;
        int count = blockCount;
        if (count == now.offsets.length) {
            now =
                    new Blocks(
                            Arrays.copyOf(now.offsets, 2 * count),
                            Arrays.copyOf(now.positions, 2 * count),
                            Arrays.copyOf(now.millis, 2 * count));
            blocks = now;
        }
        now.offsets[count] = relativeOffset;
        now.positions[count] = position;
        now.millis[count] = latestBefore;
        blockCount = count + 1;
    }

    void addKeyPlace(long keyAndBlock) {
        long[] now = keys;
        int count = keyCount;
        if (count == now.length) {
            now = Arrays.copyOf(now, 2 * count);
            keys = now;
        }
        now[count] = keyAndBlock;
        keyCount = count + 1;
    }

    void times(long first, long latest) {
        firstMillis = first;
        latestMillis = latest;
    }

    int blockCount() {
        return blockCount;
    }

    /** Of the first record; {@code Long.MAX_VALUE} if there is none. */
    long firstMillis() {
        return firstMillis;
    }

    /** The latest of all; {@code Long.MIN_VALUE} if there is none. */
    long latestMillis() {
        return latestMillis;
    }

    long offset(int block) {
        return baseOffset + blocks.offsets[block];
    }

    int position(int block) {
        return blocks.positions[block];
    }

    long millisBefore(int block) {
        return blocks.millis[block];
    }

    /** The last block that begins at or before {@code offset}; -1 if there is none. */
    int blockOf(long offset) {
        int low = 0;
        int high = blockCount - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (offset(middle) <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** The first block that begins at or after {@code position}; {@link #blockCount} if none. */
    int blockFrom(long position) {
        int low = 0;
        int high = blockCount - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (position(middle) < position) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /**
     * The block with the first record at or after {@code epochMillis}, or one before; -1 if none.
     */
    int blockAt(long epochMillis) {
        int low = 0;
        int high = blockCount - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (millisBefore(middle) < epochMillis) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    @Override
    public int[] keyBlocks(int key) {
        int count = keyCount; // before the array: a later array holds all of an earlier one
        long[] now = keys;
        int[] found = new int[4];
        int n = 0;
        for (int i = 0; i < count; i++) {
            if ((int) (now[i] >> 32) == key) {
                if (n == found.length) {
                    found = Arrays.copyOf(found, 2 * n);
                }
                found[n++] = (int) now[i];
            }
        }
        int[] blocksOfKey = Arrays.copyOf(found, n);
        Arrays.sort(blocksOfKey);
        return blocksOfKey;
    }

    @Override
    public int keyBlockCount() {
        int count = blockCount;
        return count == 0 ? 0 : (position(count - 1) >> KEY_BLOCK_SHIFT) + 1;
    }

    @Override
    public long firstOffset(int keyBlock) {
        int block = blockFrom((long) keyBlock << KEY_BLOCK_SHIFT);
        return block < blockCount ? offset(block) : Long.MAX_VALUE;
    }

    @Override
    public int firstPosition(int keyBlock) {
        return position(blockFrom((long) keyBlock << KEY_BLOCK_SHIFT));
    }

    /** What it takes in memory, but for the keys. */
    int bytes() {
        return blocks.offsets.length * 16;
    }

    /** All keys with their blocks, in the upper and lower half, sorted. */
    long[] keyPlaces() {
        long[] all = Arrays.copyOf(keys, keyCount);
        Arrays.sort(all);
        return all;
    }
}
