package io.robustmq.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.robustmq.placement.Author;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.LevelOrder;
import io.robustmq.placement.Member;
import io.robustmq.placement.MemberId;
import io.robustmq.placement.Node;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.Registration;
import io.robustmq.placement.Role;
import io.robustmq.placement.TraceOrder;
import io.robustmq.server.wire.AgreedDocument;
import io.robustmq.server.wire.AgreedLevel;
import io.robustmq.server.wire.AgreedTrace;
import io.robustmq.server.wire.ChangeAuthor;
import io.robustmq.server.wire.NodeIdentity;
import io.robustmq.server.wire.PlacementMember;
import io.robustmq.server.wire.RegisteredNode;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What nodes agree on, as messages. What cannot be read is an {@link IllegalArgumentException} or a
 * {@link java.time.DateTimeException}.
 */
final class PlacementWire {
    private static final int HEX_DIGITS = 16;

    private PlacementWire() {}

    static RegisteredNode node(Node node) {
        return RegisteredNode.newBuilder()
                .setNodeId(node.nodeId())
                .addAllRoles(node.roles().stream().sorted().map(Role::command).toList())
                .putAllAddresses(node.extendInfo())
                .build();
    }

    static RegisteredNode registration(Registration registered) {
        return node(registered.node()).toBuilder()
                .setEpoch(registered.epoch())
                .setInstance(registered.instance())
                .build();
    }

    static Node node(RegisteredNode node) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        node.getRolesList().forEach(each -> roles.add(role(each)));
        return new Node(node.getNodeId(), roles, node.getAddressesMap());
    }

    private static Role role(String command) {
        return Stream.of(Role.values())
                .filter(each -> each.command().equals(command))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("no role " + command));
    }

    static Registration registration(RegisteredNode node) {
        NodeEpoch identity = new NodeEpoch(node.getNodeId(), node.getEpoch());
        return new Registration(node(node), identity, node.getInstance());
    }

    static NodeIdentity identity(NodeEpoch node) {
        return NodeIdentity.newBuilder().setNodeId(node.nodeId()).setEpoch(node.epoch()).build();
    }

    static NodeEpoch identity(NodeIdentity node) {
        return new NodeEpoch(node.getNodeId(), node.getEpoch());
    }

    static ChangeAuthor author(Author by) {
        return ChangeAuthor.newBuilder()
                .setNodeId(by.nodeId())
                .setWho(by.admin().who())
                .setRemoteAddr(by.admin().remoteAddr())
                .build();
    }

    static Author author(ChangeAuthor by) {
        Admin admin = new Admin(by.getWho(), by.getRemoteAddr(), Admin.Outcome.DONE);
        return new Author(by.getNodeId(), admin.equals(Admin.NODE) ? Admin.NODE : admin);
    }

    static AgreedTrace trace(TraceOrder order) {
        return AgreedTrace.newBuilder()
                .setId(order.id())
                .setKind(order.kind().name())
                .setTarget(order.target())
                .setBegun(time(order.begun()))
                .setUntil(time(order.until()))
                .setPerSecond(order.perSecond())
                .setBy(author(order.by()))
                .build();
    }

    static TraceOrder trace(AgreedTrace trace) {
        return trace(trace, author(trace.getBy()));
    }

    static TraceOrder trace(AgreedTrace trace, Author by) {
        return new TraceOrder(
                trace.getId(),
                TraceTarget.valueOf(trace.getKind()),
                trace.getTarget(),
                time(trace.getBegun()),
                time(trace.getUntil()),
                trace.getPerSecond(),
                by);
    }

    static AgreedLevel level(LevelOrder order) {
        AgreedLevel.Builder level =
                AgreedLevel.newBuilder()
                        .setCategory(order.category())
                        .setAt(time(order.at()))
                        .setBy(author(order.by()));
        Severity severity = order.level();
        Instant until = order.until();
        if (severity != null) {
            level.setLevel(severity.name());
        }
        if (until != null) {
            level.setUntil(time(until));
        }
        return level.build();
    }

    static LevelOrder level(AgreedLevel level) {
        return level(level, author(level.getBy()));
    }

    static LevelOrder level(AgreedLevel level, Author by) {
        return new LevelOrder(
                level.getCategory(),
                level.getLevel().isEmpty() ? null : Severity.valueOf(level.getLevel()),
                time(level.getAt()),
                level.hasUntil() ? time(level.getUntil()) : null,
                by);
    }

    static Timestamp time(Instant time) {
        return Timestamp.newBuilder()
                .setSeconds(time.getEpochSecond())
                .setNanos(time.getNano())
                .build();
    }

    static Instant time(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    static DocumentKind kind(String text) {
        return Stream.of(DocumentKind.values())
                .filter(each -> each.text().equals(text))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("no kind of document " + text));
    }

    static ByteString bytes(Content content) {
        return ByteString.copyFrom(content.buffer());
    }

    static Content content(ByteString bytes) {
        return Content.of(bytes.toByteArray());
    }

    static AgreedDocument document(Document document) {
        return AgreedDocument.newBuilder()
                .setKind(document.kind().text())
                .setName(document.name())
                .setContent(bytes(document.content()))
                .setVersion(document.version())
                .setCreated(document.created())
                .setBy(author(document.by()))
                .setWhy(document.why())
                .build();
    }

    static Document document(AgreedDocument document) {
        return new Document(
                kind(document.getKind()),
                document.getName(),
                content(document.getContent()),
                document.getVersion(),
                document.getCreated(),
                author(document.getBy()),
                document.getWhy());
    }

    static PlacementMember member(Member member) {
        return PlacementMember.newBuilder()
                .setName(member.name())
                .setAddress(member.address())
                .setId(member.id().toString())
                .build();
    }

    static Member member(PlacementMember member) {
        String id = member.getId();
        if (id.length() != 2 * HEX_DIGITS) {
            throw new IllegalArgumentException("the id of a member has 32 digits, was " + id);
        }
        return new Member(
                new MemberId(
                        HexFormat.fromHexDigitsToLong(id.substring(0, HEX_DIGITS)),
                        HexFormat.fromHexDigitsToLong(id.substring(HEX_DIGITS))),
                member.getName(),
                member.getAddress());
    }
}
