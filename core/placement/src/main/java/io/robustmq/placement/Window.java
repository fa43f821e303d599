package io.robustmq.placement;

import java.util.Map;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * The last commands of one origin, and what was answered. Bounds: {@link #WIDTH} numbers up to the
 * greatest; answers of {@link #MAX_BYTES}, of which the oldest are forgotten.
 *
 * @param used the revision that its last command made
 * @param byNumber those that were done
 * @param bytes of the answers
 */
record Window(long used, PSortedMap<Long, Answered> byNumber, long bytes) {
    static final int WIDTH = 4096;
    static final long MAX_BYTES = 1 << 20;
    static final Window NONE = new Window(0, TreePMap.empty(), 0);

    boolean isTooLate(long number) {
        return !byNumber.isEmpty() && number <= byNumber.lastKey() - WIDTH;
    }

    Window with(long number, Answered answered) {
        PSortedMap<Long, Answered> next = byNumber.plus(number, answered);
        long nextBytes = bytes + answered.answer().bytes();
        long floor = next.lastKey() - WIDTH;
        while (next.firstKey() <= floor) {
            nextBytes -= next.firstEntry().getValue().answer().bytes();
            next = next.minusFirstEntry();
        }
        Window after = new Window(answered.revision(), next, nextBytes);
        return nextBytes > MAX_BYTES ? after.forgetful() : after;
    }

    /** Half of what may be is left, so that this is not needed each time. */
    private Window forgetful() {
        PSortedMap<Long, Answered> left = byNumber;
        long leftBytes = bytes;
        for (Map.Entry<Long, Answered> each : byNumber.entrySet()) {
            Answered answered = each.getValue();
            long answerBytes = answered.answer().bytes();
            if (leftBytes <= MAX_BYTES / 2) {
                break;
            }
            if (answerBytes > 0) {
                Answer forgotten = new Answer.Forgotten(answered.answer().isDone());
                left = left.plus(each.getKey(), new Answered(answered.revision(), forgotten));
                leftBytes -= answerBytes;
            }
        }
        return new Window(used, left, leftBytes);
    }
}
