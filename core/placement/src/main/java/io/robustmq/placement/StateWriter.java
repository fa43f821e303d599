package io.robustmq.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.BiConsumer;
import org.pcollections.PSortedMap;

/**
 * A state as chunks, in an order that depends on nothing but what is in it. {@link Output} says
 * what the parts of an item look like.
 *
 * <pre>
 *   chunk   | version | number from 0:4 | item | item | …     items are not split
 *   item    | kind |
 *                  | 1 state:   revision:8 |                  the first
 *                  | 2 node:    node |
 *                  | 3 trace:   trace |
 *                  | 4 level:   level |                       that stays
 *                  | 5 passing: level |
 *                  | 6 document: document |
 *                  | 127 end:   items before it:8 |           the last
 * </pre>
 */
final class StateWriter implements Iterator<byte[]> {
    static final byte VERSION = 1;
    static final byte STATE = 1;
    static final byte NODE = 2;
    static final byte TRACE = 3;
    static final byte LEVEL = 4;
    static final byte PASSING = 5;
    static final byte DOCUMENT = 6;
    static final byte END = 127;

    /** A chunk with as much takes no more items; it is longer than that by one item at most. */
    static final int CHUNK_BYTES = 64 << 10;

    private record Section<T>(Iterator<T> items, byte kind, BiConsumer<Output, T> writing) {
        static <T> Section<T> of(Collection<T> items, byte kind, BiConsumer<Output, T> writing) {
            return new Section<>(items.iterator(), kind, writing);
        }

        void writeNext(Output out) {
            writing.accept(out.putByte(kind), items.next());
        }
    }

    private final Iterator<Section<?>> sections;
    private Section<?> section;
    private int chunks;
    private long items;
    private boolean ended;

    StateWriter(PlacementState state) {
        section = Section.of(List.of(state.revision()), STATE, Output::putLong);
        Orders orders = state.orders();
        List<Section<?>> all = new ArrayList<>();
        all.add(Section.of(state.nodes().values(), NODE, Output::putNode));
        all.add(Section.of(orders.traces().values(), TRACE, Output::putTrace));
        all.add(Section.of(orders.levels().values(), LEVEL, Output::putLevel));
        all.add(Section.of(orders.passing().values(), PASSING, Output::putLevel));
        for (PSortedMap<String, Document> kind : state.documents().byKind().values()) {
            all.add(Section.of(kind.values(), DOCUMENT, Output::putDocument));
        }
        sections = all.iterator();
    }

    @Override
    public boolean hasNext() {
        return !ended;
    }

    @Override
    public byte[] next() {
        if (ended) {
            throw new NoSuchElementException("all chunks of the state were made");
        }
        Output out = new Output(CHUNK_BYTES + (CHUNK_BYTES >> 2)).putByte(VERSION).putInt(chunks++);
        while (out.size() < CHUNK_BYTES && hasItem()) {
            section.writeNext(out);
            items++;
        }
        if (out.size() < CHUNK_BYTES) {
            out.putByte(END).putLong(items);
            ended = true;
        }
        return out.made();
    }

    private boolean hasItem() {
        while (!section.items.hasNext() && sections.hasNext()) {
            section = sections.next();
        }
        return section.items.hasNext();
    }
}
