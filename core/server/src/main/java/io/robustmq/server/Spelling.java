package io.robustmq.server;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds what a misspelt word was to be. */
final class Spelling {
    private Spelling() {}

    /** The nearest of {@code words} that differs in at most {@code maxEdits} letters, or null. */
    static @Nullable String nearest(String wrong, Collection<String> words, int maxEdits) {
        String nearest = null;
        int fewest = Math.min(maxEdits, Math.max(1, wrong.length() / 3)) + 1;
        for (String word : words) {
            int edits = edits(wrong, word);
            if (edits < fewest) {
                fewest = edits;
                nearest = word;
            }
        }
        return nearest;
    }

    /** Letters to insert, delete, replace or swap with the next (optimal string alignment). */
    private static int edits(String a, String b) {
        int[][] table = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    table[i][j] = i + j;
                    continue;
                }
                int replaced = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                int best = Math.min(replaced, Math.min(table[i - 1][j], table[i][j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    best = Math.min(best, table[i - 2][j - 2] + 1);
                }
                table[i][j] = best;
            }
        }
        return table[a.length()][b.length()];
    }
}
