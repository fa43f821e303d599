package io.robustmq.placement;

import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Bytes of a command or a snapshot while they are made; {@link Input} reads them. Big-endian.
 *
 * <pre>
 *   text    bytes:2 | UTF-8
 *   time    seconds since 1970:8 | nanoseconds:4
 *   author  node id | who | from where
 *   node    node id | roles n | n × role | entries n:2 | n × (key, value)
 *   trace   id | target kind | target | begun | until | per second:4 | author
 *   level   category | level, 0 is none | at | until, all zeros is none | author
 *   document  kind | name | version:8 | created:8 | bytes:4 | bytes | author | why
 *   member    id:16 | name | address
 * </pre>
 */
final class Output {
    static final Instant NO_TIME = Instant.EPOCH;

    private ByteBuffer bytes;

    Output(int capacity) {
        bytes = ByteBuffer.allocate(capacity);
    }

    int size() {
        return bytes.position();
    }

    byte[] made() {
        byte[] made = new byte[bytes.position()];
        bytes.get(0, made);
        return made;
    }

    private ByteBuffer room(int wanted) {
        if (bytes.remaining() < wanted) {
            int capacity = Math.max(2 * bytes.capacity(), bytes.position() + wanted);
            bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
        }
        return bytes;
    }

    Output putByte(int value) {
        room(1).put((byte) value);
        return this;
    }

    Output putShort(int value) {
        room(2).putShort((short) value);
        return this;
    }

    Output putInt(int value) {
        room(4).putInt(value);
        return this;
    }

    Output putLong(long value) {
        room(8).putLong(value);
        return this;
    }

    Output putBytes(byte[] value) {
        room(value.length).put(value);
        return this;
    }

    Output putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return putShort(utf8.length).putBytes(utf8);
    }

    Output putTime(Instant time) {
        return putLong(time.getEpochSecond()).putInt(time.getNano());
    }

    Output putAuthor(Author by) {
        return putText(by.nodeId()).putText(by.admin().who()).putText(by.admin().remoteAddr());
    }

    Output putNodeEpoch(NodeEpoch identity) {
        return putText(identity.nodeId()).putLong(identity.epoch());
    }

    Output putMemberId(MemberId id) {
        return putLong(id.high()).putLong(id.low());
    }

    Output putMemberIds(Collection<MemberId> ids) {
        putShort(ids.size());
        ids.forEach(this::putMemberId);
        return this;
    }

    Output putMember(Member member) {
        return putMemberId(member.id()).putText(member.name()).putText(member.address());
    }

    Output putNode(Node node) {
        putText(node.nodeId()).putByte(node.roles().size());
        node.roles().stream().sorted().forEach(role -> putByte(code(role)));
        putShort(node.extendInfo().size());
        for (Map.Entry<String, String> entry : new TreeMap<>(node.extendInfo()).entrySet()) {
            putText(entry.getKey()).putText(entry.getValue());
        }
        return this;
    }

    Output putTrace(TraceOrder order) {
        return putText(order.id())
                .putByte(code(order.kind()))
                .putText(order.target())
                .putTime(order.begun())
                .putTime(order.until())
                .putInt(order.perSecond())
                .putAuthor(order.by());
    }

    Output putLevel(LevelOrder order) {
        Instant until = order.until();
        return putText(order.category())
                .putByte(order.level() == null ? 0 : code(order.level()))
                .putTime(order.at())
                .putTime(until == null ? NO_TIME : until)
                .putAuthor(order.by());
    }

    Output putDocument(Document document) {
        putKind(document.kind()).putText(document.name());
        putLong(document.version()).putLong(document.created());
        document.content().writeTo(this);
        return putAuthor(document.by()).putText(document.why());
    }

    Output putKind(DocumentKind kind) {
        return putByte(
                switch (kind) {
                    case SHARD -> 1;
                    case SEGMENT -> 2;
                    case USER -> 3;
                    case ACL -> 4;
                    case SCHEMA -> 5;
                    case CONFIG -> 6;
                });
    }

    private static byte code(TraceTarget kind) {
        return switch (kind) {
            case CLIENT -> 1;
            case TOPIC -> 2;
            case ADDRESS -> 3;
        };
    }

    private static byte code(Severity level) {
        return switch (level) {
            case DEBUG -> 1;
            case INFO -> 2;
            case WARN -> 3;
            case ERROR -> 4;
        };
    }

    private static byte code(Role role) {
        return switch (role) {
            case PLACEMENT_CENTER -> 1;
            case JOURNAL_SERVER -> 2;
            case MQTT_SERVER -> 3;
        };
    }
}
