package io.robustmq.placement;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
 *                  | 1 state:   revision:8 | claims swept to: text | laps |   the first
 *                  | 2 node:    node | epoch:8 | instance:8 |
 *                  | 3 trace:   trace |
 *                  | 4 level:   level |                       that stays
 *                  | 5 passing: level |
 *                  | 6 document: document |
 *                  | 7 claim:   client id | owner:4 | claim's epoch:8 |
 *                                an owner's first: | node id | epoch:8 |  they are counted from 0
 *                  | 8 member:  member |
 *                  | 9 origin:  id:16 | revision of its last command:8 |
 *                  | 10 answered: number:8 | revision:8 | answer |    of the origin before it
 *                  | 11 gone:   id:16 |                     a member, in their order
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
    static final byte CLAIM = 7;
    static final byte MEMBER = 8;
    static final byte ORIGIN = 9;
    static final byte ANSWERED = 10;
    static final byte GONE = 11;
    static final byte END = 127;

    /** A chunk with as much takes no more items; it is longer than that by one item at most. */
    static final int CHUNK_BYTES = 64 << 10;

    private record Section<T>(
            int size, Iterator<T> items, byte kind, BiConsumer<Output, T> writing) {
        static <T> Section<T> of(Collection<T> items, byte kind, BiConsumer<Output, T> writing) {
            return new Section<>(items.size(), items.iterator(), kind, writing);
        }

        void writeNext(Output out) {
            writing.accept(out.putByte(kind), items.next());
        }
    }

    private final int chunkBytes;
    private final Iterator<Section<?>> sections;
    private final long total;
    private Section<?> section;
    private int chunks;
    private long items;
    private boolean ended;

    StateWriter(PlacementState state) {
        this(state, CHUNK_BYTES);
    }

    /**
     * @param chunkBytes instead of {@link #CHUNK_BYTES}
     */
    StateWriter(PlacementState state, int chunkBytes) {
        this.chunkBytes = chunkBytes;
        section = Section.of(List.of(state), STATE, StateWriter::putState);
        Orders orders = state.orders();
        List<Section<?>> all = new ArrayList<>();
        all.add(Section.of(state.nodes().byId().values(), NODE, StateWriter::putNode));
        all.add(Section.of(orders.traces().values(), TRACE, Output::putTrace));
        all.add(Section.of(orders.levels().values(), LEVEL, Output::putLevel));
        all.add(Section.of(orders.passing().values(), PASSING, Output::putLevel));
        for (PSortedMap<String, Document> kind : state.documents().byKind().values()) {
            all.add(Section.of(kind.values(), DOCUMENT, Output::putDocument));
        }
        Owners owners = new Owners();
        all.add(Section.of(state.claims().byClient().entrySet(), CLAIM, owners::putClaim));
        all.add(Section.of(state.members().byId().values(), MEMBER, Output::putMember));
        all.add(Section.of(state.members().gone(), GONE, Output::putMemberId));
        state.answers()
                .byOrigin()
                .forEach((origin, window) -> {
                    all.add(
                            Section.of(
                                    List.of(origin),
                                    ORIGIN,
                                    (out, id) -> out.putMemberId(id).putLong(window.used())));
                    all.add(
                            Section.of(
                                    window.byNumber().entrySet(),
                                    ANSWERED,
                                    StateWriter::putAnswered));
                });
        sections = all.iterator();
        total = 1 + all.stream().mapToLong(Section::size).sum();
    }

    /** Of all chunks, without the end. */
    long total() {
        return total;
    }

    private static void putState(Output out, PlacementState state) {
        Claims claims = state.claims();
        out.putLong(state.revision()).putText(claims.sweptTo()).putByte(claims.laps());
    }

    private static void putNode(Output out, Registration registration) {
        out.putNode(registration.node());
        out.putLong(registration.epoch()).putLong(registration.instance());
    }

    private static void putAnswered(Output out, Map.Entry<Long, Answered> entry) {
        out.putLong(entry.getKey()).putLong(entry.getValue().revision());
        AnswerCodec.put(out, entry.getValue().answer());
    }

    /** Each is written once, and then its number. */
    private static final class Owners {
        private final Map<NodeEpoch, Integer> numbers = new HashMap<>();

        void putClaim(Output out, Map.Entry<String, Claim> entry) {
            NodeEpoch owner = entry.getValue().owner();
            Integer number = numbers.putIfAbsent(owner, numbers.size());
            out.putText(entry.getKey())
                    .putInt(number == null ? numbers.size() - 1 : number)
                    .putLong(entry.getValue().epoch());
            if (number == null) {
                out.putNodeEpoch(owner);
            }
        }
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
        Output out = new Output(chunkBytes + (chunkBytes >> 2)).putByte(VERSION).putInt(chunks++);
        while (out.size() < chunkBytes && hasItem()) {
            section.writeNext(out);
            items++;
        }
        if (out.size() < chunkBytes) {
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
