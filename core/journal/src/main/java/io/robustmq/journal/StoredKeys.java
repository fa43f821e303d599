package io.robustmq.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The keys of a sealed segment, left in its {@link IndexFile}: a search reads the one page or two
 * that can hold its key. They are most of an index, some megabytes for a segment of 64 MiB. Any
 * thread.
 *
 * @param pagesAt where in the file the pages begin
 * @param places in all pages
 * @param offsets by key block, from the base
 * @param fences the first key of each page
 */
record StoredKeys(
        Disk disk,
        Path path,
        int pagesAt,
        int places,
        long baseOffset,
        int[] offsets,
        int[] positions,
        int[] fences)
        implements KeyIndex {

    @Override
    public int[] keyBlocks(int key) throws IOException {
        int page = firstPageFor(key);
        if (page == fences.length || fences[page] > key) {
            return new int[0];
        }
        int[] found = new int[4];
        int n = 0;
        try (DiskFile file = disk.openToRead(path)) {
            for (; page < fences.length && fences[page] <= key; page++) {
                for (long place : IndexFile.readPage(file, path, pagesAt, page, places)) {
                    if ((int) (place >> 32) == key) {
                        if (n == found.length) {
                            found = Arrays.copyOf(found, 2 * n);
                        }
                        found[n++] = (int) place;
                    }
                }
            }
        }
        return Arrays.copyOf(found, n);
    }

    /** A page may end with the key that the next one begins with. */
    private int firstPageFor(int key) {
        int low = 0;
        int high = fences.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (fences[middle] < key) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return Math.max(0, high);
    }

    @Override
    public int keyBlockCount() {
        return offsets.length;
    }

    @Override
    public long firstOffset(int keyBlock) {
        return keyBlock < offsets.length && offsets[keyBlock] != IndexFile.NO_RECORD
                ? baseOffset + offsets[keyBlock]
                : Long.MAX_VALUE;
    }

    @Override
    public int firstPosition(int keyBlock) {
        return positions[keyBlock];
    }

    int bytes() {
        return 8 * offsets.length + 4 * fences.length;
    }
}
