package io.robustmq.server;

import io.robustmq.placement.Author;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.LogOrders;
import io.robustmq.placement.Member;
import io.robustmq.placement.PlacementChange;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Registration;
import io.robustmq.server.wire.AgreedChange;
import io.robustmq.server.wire.DocumentNow;
import io.robustmq.server.wire.DocumentsChanged;
import io.robustmq.server.wire.DocumentsOfKind;
import io.robustmq.server.wire.MemberChanged;
import io.robustmq.server.wire.NodesExpired;
import io.robustmq.server.wire.StatePart;
import io.robustmq.server.wire.TraceEnded;
import io.robustmq.server.wire.WatchInterest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a watch hands over, as messages. */
final class PlacementChanges {
    /** Of one part of a state, about; a document may be beyond it. */
    private static final int PART_BYTES = 512 << 10;

    private PlacementChanges() {}

    static Set<Interest> interests(List<WatchInterest> all) {
        Set<Interest> interests = new HashSet<>();
        for (WatchInterest each : all) {
            interests.add(
                    switch (each.getInterestCase()) {
                        case NODES -> new Interest.AnyNode();
                        case MEMBERS -> new Interest.AnyMember();
                        case LOG_ORDERS -> new Interest.AnyLogOrder();
                        case DOCUMENTS -> interest(each.getDocuments());
                        case INTEREST_NOT_SET ->
                                throw new IllegalArgumentException("an interest in nothing");
                    });
        }
        return interests.isEmpty()
                ? Set.of(
                        new Interest.AnyNode(),
                        new Interest.AnyMember(),
                        new Interest.AnyLogOrder(),
                        new Interest.AnyDocument())
                : interests;
    }

    private static Interest interest(DocumentsOfKind documents) {
        return documents.getKind().isEmpty()
                ? new Interest.AnyDocument()
                : new Interest.Documents(
                        PlacementWire.kind(documents.getKind()), documents.getPrefix());
    }

    /** Null for what is not told: claims, and a state, which comes in parts. */
    static @Nullable AgreedChange message(PlacementChange change) {
        AgreedChange.Builder message = AgreedChange.newBuilder().setRevision(change.revision());
        switch (change) {
            case PlacementChange.Registered(long _, Registration registration) ->
                    message.setRegistered(PlacementWire.registration(registration));
            case PlacementChange.Removed removed ->
                    message.setRemoved(PlacementWire.identity(removed.node()));
            case PlacementChange.NodesExpired expired ->
                    message.setExpired(
                            NodesExpired.newBuilder()
                                    .addAllNodes(
                                            expired.nodes().stream()
                                                    .map(PlacementWire::identity)
                                                    .toList()));
            case PlacementChange.DocumentsChanged changed ->
                    message.setDocuments(documents(changed));
            case PlacementChange.MemberAdded(long _, Member member, Author by, String why) ->
                    message.setMemberAdded(member(member, by, why));
            case PlacementChange.MemberRemoved(long _, Member member, Author by, String why) ->
                    message.setMemberRemoved(member(member, by, why));
            case PlacementChange.TraceBegun begun ->
                    message.setTraceBegun(PlacementWire.trace(begun.order()));
            case PlacementChange.TraceEnded(long _, String id, Author by) ->
                    message.setTraceEnded(
                            TraceEnded.newBuilder().setId(id).setBy(PlacementWire.author(by)));
            case PlacementChange.LevelSet set ->
                    message.setLevelSet(PlacementWire.level(set.order()));
            case PlacementChange.Expired expired ->
                    message.setOrdersExpired(PlacementWire.time(expired.by()));
            case PlacementChange.ClaimsChanged _, PlacementChange.Whole _ -> {
                return null;
            }
        }
        return message.build();
    }

    private static MemberChanged member(Member member, Author by, String why) {
        return MemberChanged.newBuilder()
                .setMember(PlacementWire.member(member))
                .setBy(PlacementWire.author(by))
                .setWhy(why)
                .build();
    }

    private static DocumentsChanged documents(PlacementChange.DocumentsChanged changed) {
        DocumentsChanged.Builder message =
                DocumentsChanged.newBuilder()
                        .setBy(PlacementWire.author(changed.by()))
                        .setWhy(changed.why());
        for (PlacementChange.DocumentsChanged.One one : changed.documents()) {
            DocumentNow.Builder now =
                    DocumentNow.newBuilder().setKind(one.kind().text()).setName(one.name());
            Document document = one.document();
            if (document != null) {
                now.setDocument(PlacementWire.document(document));
            }
            message.addDocuments(now);
        }
        return message.build();
    }

    static PlacementChange change(AgreedChange message) {
        long revision = message.getRevision();
        return switch (message.getChangeCase()) {
            case REGISTERED ->
                    new PlacementChange.Registered(
                            revision, PlacementWire.registration(message.getRegistered()));
            case REMOVED ->
                    new PlacementChange.Removed(
                            revision, PlacementWire.identity(message.getRemoved()));
            case EXPIRED ->
                    new PlacementChange.NodesExpired(
                            revision,
                            message.getExpired().getNodesList().stream()
                                    .map(PlacementWire::identity)
                                    .toList());
            case DOCUMENTS -> documents(revision, message.getDocuments());
            case MEMBER_ADDED -> {
                MemberChanged added = message.getMemberAdded();
                yield new PlacementChange.MemberAdded(
                        revision,
                        PlacementWire.member(added.getMember()),
                        PlacementWire.author(added.getBy()),
                        added.getWhy());
            }
            case MEMBER_REMOVED -> {
                MemberChanged removed = message.getMemberRemoved();
                yield new PlacementChange.MemberRemoved(
                        revision,
                        PlacementWire.member(removed.getMember()),
                        PlacementWire.author(removed.getBy()),
                        removed.getWhy());
            }
            case TRACE_BEGUN ->
                    new PlacementChange.TraceBegun(
                            revision, PlacementWire.trace(message.getTraceBegun()));
            case TRACE_ENDED ->
                    new PlacementChange.TraceEnded(
                            revision,
                            message.getTraceEnded().getId(),
                            PlacementWire.author(message.getTraceEnded().getBy()));
            case LEVEL_SET ->
                    new PlacementChange.LevelSet(
                            revision, PlacementWire.level(message.getLevelSet()));
            case ORDERS_EXPIRED ->
                    new PlacementChange.Expired(
                            revision, PlacementWire.time(message.getOrdersExpired()));
            case CHANGE_NOT_SET ->
                    throw new IllegalArgumentException("a change that is not known here");
        };
    }

    private static PlacementChange documents(long revision, DocumentsChanged changed) {
        return new PlacementChange.DocumentsChanged(
                revision,
                changed.getDocumentsList().stream()
                        .map(now ->
                                new PlacementChange.DocumentsChanged.One(
                                        PlacementWire.kind(now.getKind()),
                                        now.getName(),
                                        now.hasDocument()
                                                ? PlacementWire.document(now.getDocument())
                                                : null))
                        .toList(),
                PlacementWire.author(changed.getBy()),
                changed.getWhy());
    }

    // A whole state

    /**
     * Hands over the parts of a state in their order.
     *
     * @param to false when it wants no more
     */
    static void parts(PlacementView state, Set<Interest> interests, Predicate<StatePart> to) {
        Parts parts = new Parts(state.revision(), to);
        if (interests.contains(new Interest.AnyNode())) {
            state.registrations()
                    .forEach(each -> parts.builder.addNodes(PlacementWire.registration(each)));
        }
        if (interests.contains(new Interest.AnyMember())) {
            state.members().forEach(each -> parts.builder.addMembers(PlacementWire.member(each)));
        }
        if (interests.contains(new Interest.AnyLogOrder())) {
            LogOrders orders = state.logOrders();
            orders.traces().forEach(each -> parts.builder.addTraces(PlacementWire.trace(each)));
            orders.levels().forEach(each -> parts.builder.addLevels(PlacementWire.level(each)));
        }
        documents(state, interests).takeWhile(parts::add).forEach(document -> {});
        parts.end();
    }

    private static Stream<Document> documents(PlacementView state, Set<Interest> interests) {
        if (interests.contains(new Interest.AnyDocument())) {
            return Stream.of(DocumentKind.values())
                    .flatMap(kind -> state.documents(kind, "").stream());
        }
        return interests.stream()
                .filter(Interest.Documents.class::isInstance)
                .map(Interest.Documents.class::cast)
                .flatMap(each -> state.documents(each.kind(), each.prefix()).stream())
                .distinct();
    }

    private static final class Parts {
        private final long revision;
        private final Predicate<StatePart> to;
        private StatePart.Builder builder;
        private long bytes;
        private boolean wanted = true;

        Parts(long revision, Predicate<StatePart> to) {
            this.revision = revision;
            this.to = to;
            builder = StatePart.newBuilder().setRevision(revision);
        }

        /** Whether more is wanted. */
        boolean add(Document document) {
            builder.addDocuments(PlacementWire.document(document));
            bytes += 2L * document.name().length() + document.content().size();
            if (bytes >= PART_BYTES) {
                wanted = to.test(builder.build());
                builder = StatePart.newBuilder().setRevision(revision);
                bytes = 0;
            }
            return wanted;
        }

        void end() {
            if (wanted) {
                wanted = to.test(builder.setLast(true).build());
            }
        }
    }

    /** Of all its parts, in one. */
    static PlacementChange.Whole whole(StatePart all) {
        return new PlacementChange.Whole(
                PlacementView.of(
                        all.getRevision(),
                        all.getNodesList().stream().map(PlacementWire::registration).toList(),
                        all.getDocumentsList().stream().map(PlacementWire::document).toList(),
                        all.getTracesList().stream().map(PlacementWire::trace).toList(),
                        all.getLevelsList().stream().map(PlacementWire::level).toList(),
                        all.getMembersList().stream().map(PlacementWire::member).toList()));
    }
}
