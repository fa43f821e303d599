package io.robustmq.placement;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/** Makes a state of the chunks of a {@link StateWriter}, as they come. */
final class StateReader {
    private final TreeMap<String, Registration> nodes = new TreeMap<>();
    private final TreeMap<String, TraceOrder> traces = new TreeMap<>();
    private final TreeMap<String, LevelOrder> levels = new TreeMap<>();
    private final TreeMap<String, LevelOrder> passing = new TreeMap<>();
    private final EnumMap<DocumentKind, TreeMap<String, Document>> documents =
            new EnumMap<>(DocumentKind.class);
    private final TreeMap<String, Claim> claims = new TreeMap<>();
    private final List<NodeEpoch> owners = new ArrayList<>();
    private final TreeMap<MemberId, Member> members = new TreeMap<>(Members.ORDER);
    private final TreeMap<MemberId, Window> windows = new TreeMap<>(Members.ORDER);
    private final TreeMap<Long, Answered> answered = new TreeMap<>();
    private @Nullable MemberId origin;
    private long used;
    private final List<MemberId> gone = new ArrayList<>();
    private long documentBytes;

    /** Without the claims. */
    private Claims swept = Claims.NONE;

    private long revision;
    private int chunks;
    private long items;
    private boolean ended;

    /**
     * @throws IOException if it is not the next one
     */
    void add(byte[] chunk) throws IOException {
        Input.whole(ByteBuffer.wrap(chunk), "a chunk of the placement state", this::read);
    }

    /** So many so far. */
    long items() {
        return items;
    }

    /** Whether there are no more chunks. */
    boolean hasEnded() {
        return ended;
    }

    /**
     * @throws IOException if chunks are missing
     */
    PlacementState finished() throws IOException {
        if (!ended) {
            throw new IOException(
                    "the placement state ends in its middle, after chunk " + (chunks - 1));
        }
        Orders orders = new Orders(sorted(traces), sorted(levels), sorted(passing));
        TreeMap<DocumentKind, PSortedMap<String, Document>> byKind = new TreeMap<>();
        documents.forEach((kind, ofKind) -> byKind.put(kind, sorted(ofKind)));
        return new PlacementState(
                revision,
                new Nodes(sorted(nodes)),
                orders,
                new Documents(sorted(byKind), documentBytes),
                new Claims(sorted(claims), swept.sweptTo(), swept.laps()),
                new Members(sorted(members), TreePVector.from(gone)),
                new Answers(sorted(windows)));
    }

    private static <K, V> PSortedMap<K, V> sorted(TreeMap<K, V> map) {
        return TreePMap.fromSortedMap(map);
    }

    private Void read(Input in) throws IOException {
        byte version = in.nextByte();
        if (version != StateWriter.VERSION) {
            throw new IOException(
                    "a placement state of version "
                            + version
                            + ", known is "
                            + StateWriter.VERSION);
        }
        int number = in.nextInt();
        if (number != chunks || ended) {
            throw new IOException(
                    "chunk " + number + " of the placement state, expected was " + chunks);
        }
        chunks++;
        while (in.hasMore() && !ended) {
            readItem(in);
        }
        return null;
    }

    private void readItem(Input in) throws IOException {
        byte kind = in.nextByte();
        if ((kind == StateWriter.STATE) != (items == 0)) {
            throw new IOException("item " + items + " of the placement state is of kind " + kind);
        }
        switch (kind) {
            case StateWriter.STATE -> {
                revision = in.nextLong();
                swept = new Claims(TreePMap.empty(), in.nextText(), in.nextByte());
            }
            case StateWriter.NODE -> {
                Node node = in.nextNode();
                NodeEpoch identity = new NodeEpoch(node.nodeId(), in.nextLong());
                put(nodes, node.nodeId(), new Registration(node, identity, in.nextLong()));
            }
            case StateWriter.TRACE -> {
                TraceOrder order = in.nextTrace();
                put(traces, order.id(), order);
            }
            case StateWriter.LEVEL -> {
                LevelOrder order = in.nextLevel();
                put(levels, order.category(), order);
            }
            case StateWriter.PASSING -> {
                LevelOrder order = in.nextLevel();
                put(passing, order.category(), order);
            }
            case StateWriter.DOCUMENT -> {
                Document document = in.nextDocument();
                put(
                        documents.computeIfAbsent(document.kind(), _ -> new TreeMap<>()),
                        document.name(),
                        document);
                documentBytes += Documents.bytes(document);
            }
            case StateWriter.CLAIM -> {
                String clientId = in.nextText();
                int owner = in.nextInt();
                long epoch = in.nextLong();
                if (owner == owners.size()) {
                    owners.add(known(in.nextNodeEpoch()));
                }
                if (owner < 0 || owner >= owners.size()) {
                    throw new IOException("the claim of an unknown owner, " + owner);
                }
                put(claims, clientId, new Claim(owners.get(owner), epoch));
            }
            case StateWriter.GONE -> gone.add(in.nextMemberId());
            case StateWriter.MEMBER -> {
                Member member = in.nextMember();
                put(members, member.id(), member);
            }
            case StateWriter.ORIGIN -> {
                endOrigin();
                origin = in.nextMemberId();
                used = in.nextLong();
            }
            case StateWriter.ANSWERED -> {
                long number = in.nextLong();
                put(answered, number, new Answered(in.nextLong(), AnswerCodec.next(in)));
            }
            case StateWriter.END -> {
                endOrigin();
                long written = in.nextLong();
                if (written != items) {
                    throw new IOException(
                            "the placement state has " + items + " items of " + written);
                }
                ended = true;
                return;
            }
            default ->
                    throw new IOException("an item of the placement state of unknown kind " + kind);
        }
        items++;
    }

    private void endOrigin() throws IOException {
        if (origin != null) {
            long bytes = answered.values().stream().mapToLong(each -> each.answer().bytes()).sum();
            put(windows, origin, new Window(used, sorted(answered), bytes));
        }
        answered.clear();
    }

    /** As one object with the registration. */
    private NodeEpoch known(NodeEpoch owner) {
        Registration registration = nodes.get(owner.nodeId());
        return registration != null && registration.identity().equals(owner)
                ? registration.identity()
                : owner;
    }

    private static <K, V> void put(Map<K, V> map, K key, V value) throws IOException {
        if (map.put(key, value) != null) {
            throw new IOException("the placement state has " + key + " twice");
        }
    }
}
