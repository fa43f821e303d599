package io.robustmq.journal;

import java.util.Arrays;

/** Keys seen in one key block: an open hash set without objects. One thread. */
final class KeySet {
    private static final int FIRST_PLACES = 64;

    private int[] places = new int[FIRST_PLACES];

    /** Which places hold a key of this generation; clearing only counts on. */
    private int[] generations = new int[FIRST_PLACES];

    private int generation = 1;
    private int size;

    void clear() {
        size = 0;
        if (++generation == 0) {
            Arrays.fill(generations, 0);
            generation = 1;
        }
    }

    /** Whether it was not there before. */
    boolean add(int key) {
        if (2 * size >= places.length) {
            grow();
        }
        int at = place(key);
        if (generations[at] == generation) {
            return false;
        }
        places[at] = key;
        generations[at] = generation;
        size++;
        return true;
    }

    /** Where the key is, or would be. */
    private int place(int key) {
        int mask = places.length - 1;
        int at = (key * 0x9E3779B9 >>> 7) & mask;
        while (generations[at] == generation && places[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() {
        int[] oldPlaces = places;
        int[] oldGenerations = generations;
        places = new int[2 * oldPlaces.length];
        generations = new int[2 * oldPlaces.length];
        for (int i = 0; i < oldPlaces.length; i++) {
            if (oldGenerations[i] == generation) {
                int at = place(oldPlaces[i]);
                places[at] = oldPlaces[i];
                generations[at] = generation;
            }
        }
    }
}
