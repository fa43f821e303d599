package io.robustmq.broker;

import java.util.Arrays;
import java.util.List;

/**
 * The messages of a session that are done while one before them is not, until the log knows of it.
 * One thread.
 */
final class DoneNumbers {
    /** In one record. */
    static final int MOST = 50_000;

    private long[] numbers = {};
    private int count;

    void add(long number, Refs refs) {
        if (number >= refs.base()) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, Math.max(8, 2 * count));
            }
            numbers[count++] = number;
        }
    }

    /** At most {@link #MOST}, in ascending order, without those that the base has passed. */
    List<SessionRecord.Place> take(Refs refs) {
        int from = Math.max(0, count - MOST);
        List<SessionRecord.Place> taken =
                Arrays.stream(numbers, from, count)
                        .filter(each -> each >= refs.base())
                        .sorted()
                        .mapToObj(refs::place)
                        .toList();
        count = from;
        return taken;
    }

    boolean isEmpty() {
        return count == 0;
    }
}
