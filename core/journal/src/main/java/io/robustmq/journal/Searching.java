package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds records by their keys, and reads backwards. Any thread.
 *
 * <p>A segment is read by key blocks: those that the index names for every set of keys, or all. In
 * each the frames are read forwards, as they can only be; newest first, what was found there is
 * held until its end is reached. So it holds what {@value SegmentIndex#KEY_BLOCK_BYTES} bytes have,
 * or one larger record.
 */
final class Searching {
    /** To read so many costs no more than to look up another, frequent key. */
    private static final int FEW_BLOCKS = 4;

    private final Home home;
    private final Chain chain;
    private final Reading reading;

    Searching(Home home, Chain chain, Reading reading) {
        this.home = home;
        this.chain = chain;
        this.reading = reading;
    }

    /** Of those acknowledged. */
    void search(Search search, RecordReader reader) throws IOException {
        long end = Math.min(search.before(), chain.nextOffset());
        long from = Math.max(search.from(), chain.firstOffset());
        switch (search.order()) {
            case OLDEST_FIRST -> forwards(search, from, end, reader);
            case NEWEST_FIRST -> backwards(search, from, end, reader);
        }
    }

    private void forwards(Search search, long from, long end, RecordReader reader)
            throws IOException {
        if (search.keys().isEmpty()) {
            reading.read(from, end, reader);
            return;
        }
        long next = from;
        boolean more = true;
        while (more && next < end) {
            Segment segment = chain.holding(next);
            long begin = next;
            if (segment == null) {
                next = Math.min(end, chain.firstOffset());
                more = reader.gap(begin, next, reading.removed());
            } else if (begin >= segment.nextOffset()) {
                Segment following = chain.after(segment);
                next = following == null ? end : Math.min(end, following.baseOffset());
                more = reader.gap(begin, next, reading.missing(segment));
            } else {
                next = Math.min(end, segment.nextOffset());
                more = searchIn(segment, begin, next, search, reader);
            }
        }
    }

    private void backwards(Search search, long from, long end, RecordReader reader)
            throws IOException {
        long before = end;
        boolean more = true;
        while (more && before > from) {
            Segment segment = chain.holding(before - 1);
            long last = before;
            if (segment == null) {
                before = from;
                more = reader.gap(before, last, reading.removed());
            } else if (last > segment.nextOffset()) {
                before = Math.max(from, segment.nextOffset());
                more = reader.gap(before, last, reading.missing(segment));
            } else {
                before = Math.max(from, segment.baseOffset());
                more = searchIn(segment, before, last, search, reader);
            }
        }
    }

    /** Whether more is wanted of the next one. */
    private boolean searchIn(
            Segment segment, long from, long end, Search search, RecordReader reader)
            throws IOException {
        boolean backwards = search.order() == Search.Order.NEWEST_FIRST;
        try (DiskFile file = home.node().handles().of(segment)) {
            KeyIndex index = home.node().indexes().keysOf(home, segment);
            int[] keyBlocks;
            try {
                keyBlocks = keyBlocks(index, search.keys());
            } catch (IOException e) {
                index = home.node().indexes().madeAgain(home, segment, e);
                keyBlocks = keyBlocks(index, search.keys());
            }
            Scan scan = new Scan(file, segment.header.salt(), segment.start());
            for (int i = 0; i < keyBlocks.length; i++) {
                int keyBlock = keyBlocks[backwards ? keyBlocks.length - 1 - i : i];
                long first = Math.max(from, index.firstOffset(keyBlock));
                long after = Math.min(end, index.firstOffset(keyBlock + 1));
                if (first >= after) {
                    continue;
                }
                scan.seek(index.firstPosition(keyBlock), endOf(index, keyBlock, segment));
                boolean more =
                        backwards
                                ? handOverBackwards(
                                        found(scan, segment, first, after, search), reader)
                                : scan(scan, segment, first, after, search, reader);
                if (!more) {
                    return false;
                }
            }
            return true;
        } catch (NoSuchFileException e) {
            return reader.gap(from, end, reading.gone(segment, end));
        }
    }

    /** Where in the file the next key block's frames begin. */
    private static long endOf(KeyIndex index, int keyBlock, Segment segment) {
        return index.firstOffset(keyBlock + 1) == Long.MAX_VALUE
                ? segment.bytes()
                : index.firstPosition(keyBlock + 1);
    }

    /**
     * Those in which each set has a key, or more if they are few anyway: the records tell. All if
     * there are no sets.
     */
    private static int[] keyBlocks(KeyIndex index, List<int[]> sets) throws IOException {
        if (sets.isEmpty()) {
            return IntStream.range(0, index.keyBlockCount()).toArray();
        }
        int[] all = ofAny(index, sets.getFirst());
        for (int[] set : sets.subList(1, sets.size())) {
            if (all.length <= FEW_BLOCKS) {
                return all;
            }
            int[] other = ofAny(index, set);
            all = IntStream.of(all).filter(each -> Arrays.binarySearch(other, each) >= 0).toArray();
        }
        return all;
    }

    /** Those in which a key of the set is, ascending. */
    private static int[] ofAny(KeyIndex index, int[] set) throws IOException {
        int[] all = index.keyBlocks(set[0]);
        for (int i = 1; i < set.length; i++) {
            int[] more = index.keyBlocks(set[i]);
            all =
                    IntStream.concat(IntStream.of(all), IntStream.of(more))
                            .sorted()
                            .distinct()
                            .toArray();
        }
        return all;
    }

    /** Whether more is wanted. */
    private boolean scan(
            Scan scan, Segment segment, long first, long end, Search search, RecordReader reader)
            throws IOException {
        long next = first;
        boolean more = true;
        while (more && next < end) {
            Reading.Damage damage = reading.step(scan, segment, next, end);
            if (damage != null) {
                more = reader.gap(next, damage.next(), damage.why());
                next = damage.next();
            }
            if (more && next < end) {
                next = scan.offset() + 1;
                if (hasKeys(scan, search.keys())) {
                    more = reader.record(scan.offset(), scan.epochMillis(), scan.payload());
                }
            }
        }
        return more;
    }

    private static boolean hasKeys(Scan scan, List<int[]> sets) {
        for (int[] set : sets) {
            boolean one = false;
            for (int key : set) {
                one |= scan.hasKey(key);
            }
            if (!one) {
                return false;
            }
        }
        return true;
    }

    /** A record, or a gap up to before {@code to}. */
    private sealed interface Found {
        record Whole(long offset, long epochMillis, byte[] payload) implements Found {}

        record Gap(long from, long to, IOException why) implements Found {}
    }

    private List<Found> found(Scan scan, Segment segment, long first, long end, Search search)
            throws IOException {
        List<Found> found = new ArrayList<>();
        scan(
                scan,
                segment,
                first,
                end,
                search,
                new RecordReader() {
                    @Override
                    public boolean record(long offset, long epochMillis, ByteBuffer payload) {
                        byte[] copy = new byte[payload.remaining()];
                        payload.get(copy);
                        return found.add(new Found.Whole(offset, epochMillis, copy));
                    }

                    @Override
                    public boolean gap(long from, long to, IOException why) {
                        return found.add(new Found.Gap(from, to, why));
                    }
                });
        return found;
    }

    /** Whether more is wanted. */
    private static boolean handOverBackwards(List<Found> found, RecordReader reader)
            throws IOException {
        for (Found each : found.reversed()) {
            boolean more =
                    switch (each) {
                        case Found.Whole(long offset, long epochMillis, byte[] payload) ->
                                reader.record(offset, epochMillis, ByteBuffer.wrap(payload));
                        case Found.Gap(long from, long to, IOException why) ->
                                reader.gap(from, to, why);
                    };
            if (!more) {
                return false;
            }
        }
        return true;
    }
}
