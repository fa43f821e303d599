package io.robustmq.replication;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Messages as bytes, version 1. Big-endian; how long a message is, is said by what carries it.
 *
 * <pre>
 *   0         1      2            4        8
 *   | version | type | head bytes | crc32c | head ... | record ... |
 *
 *   type        head
 *   1 append    | segment | epoch 8 | committed 8 | first offset 8 | records 4 |
 *   2 fence     | segment | epoch 8 |
 *   3 read      | segment | epoch 8 | committed 8 | from 8 | max bytes 4 | request 8 |
 *   4 copy      | description | version 8 |
 *   5 appended  | segment | epoch 8 | end 8 |
 *   6 fenced    | segment | epoch 8 | end 8 | committed 8 |
 *   7 refused   | segment | epoch 8 | refusal 1 | known 8 | end 8 |
 *   8 records   | segment | request 8 | committed 8 | from 8 | records 4 |
 *   9 copied    | segment | version 8 |
 *
 *   segment     | shard | number 4 | first offset 8 |
 *   description | segment | epoch 8 | replicas 1 | quorum 1 | replica ... | sealed 1 | last offset 8 |
 *   shard, replica: | bytes 1 | UTF-8 |
 * </pre>
 *
 * <p>The crc is that of the eight bytes before the head, with 0 where it stands, and of the head;
 * each record, as {@link Entry} draws it, has its own. Only appends and records have records.
 */
public final class MessageCodec {
    static final int VERSION = 1;
    static final int HEADER_BYTES = 8;

    /** A sender cuts its batches so that no message is larger; one with one record never is. */
    public static final int MAX_MESSAGE_BYTES = 16 << 20;

    private static final int CRC_AT = 4;

    private MessageCodec() {}

    /** What bytes are. */
    public sealed interface Decoded {
        record Whole(Message message) implements Decoded {}

        record Malformed(String why) implements Decoded {}
    }

    public static ByteBuffer encoded(Message message) {
        ByteBuffer head = head(message);
        List<Entry> entries = entries(message);
        int bytes = HEADER_BYTES + head.remaining();
        for (Entry entry : entries) {
            bytes += entry.bytes();
        }
        ByteBuffer out = ByteBuffer.allocate(bytes);
        out.put((byte) VERSION).put((byte) type(message)).putShort((short) head.remaining());
        out.putInt(0).put(head);
        out.putInt(CRC_AT, crc(out.array(), out.position()));
        entries.forEach(entry -> Wire.put(out, entry));
        return out.flip();
    }

    private static int type(Message message) {
        return switch (message) {
            case Message.Append append -> 1;
            case Message.Fence fence -> 2;
            case Message.Read read -> 3;
            case Message.Copy copy -> 4;
            case Message.Appended appended -> 5;
            case Message.Fenced fenced -> 6;
            case Message.Refused refused -> 7;
            case Message.Records records -> 8;
            case Message.Copied copied -> 9;
        };
    }

    private static List<Entry> entries(Message message) {
        return switch (message) {
            case Message.Append append -> append.entries();
            case Message.Records records -> records.entries();
            case Message.Fence _, Message.Read _, Message.Copy _ -> List.of();
            case Message.Appended _, Message.Fenced _, Message.Refused _, Message.Copied _ ->
                    List.of();
        };
    }

    private static ByteBuffer head(Message message) {
        if (message instanceof Message.Copy(Segment sealed, long version)) {
            ByteBuffer head = ByteBuffer.allocate(Wire.bytes(sealed) + Long.BYTES);
            Wire.put(head, sealed);
            return head.putLong(version).flip();
        }
        ByteBuffer head = ByteBuffer.allocate(Wire.bytes(message.segment()) + 5 * Long.BYTES);
        Wire.put(head, message.segment());
        switch (message) {
            case Message.Append append ->
                    head.putLong(append.epoch())
                            .putLong(append.committed())
                            .putLong(append.firstOffset())
                            .putInt(append.entries().size());
            case Message.Fence fence -> head.putLong(fence.epoch());
            case Message.Read read ->
                    head.putLong(read.epoch())
                            .putLong(read.committed())
                            .putLong(read.from())
                            .putInt(read.maxBytes())
                            .putLong(read.request());
            case Message.Copy copy -> throw new IllegalStateException("was encoded above");
            case Message.Appended appended ->
                    head.putLong(appended.epoch()).putLong(appended.end());
            case Message.Fenced fenced ->
                    head.putLong(fenced.epoch()).putLong(fenced.end()).putLong(fenced.committed());
            case Message.Refused refused ->
                    head.putLong(refused.epoch())
                            .put((byte) refused.refusal().number())
                            .putLong(refused.known())
                            .putLong(refused.end());
            case Message.Records records ->
                    head.putLong(records.request())
                            .putLong(records.committed())
                            .putLong(records.from())
                            .putInt(records.entries().size());
            case Message.Copied copied -> head.putLong(copied.version());
        }
        return head.flip();
    }

    private static int crc(byte[] bytes, int headEnd) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC_AT);
        crc.update(new byte[Integer.BYTES]);
        crc.update(bytes, HEADER_BYTES, headEnd - HEADER_BYTES);
        return (int) crc.getValue();
    }

    /** Never throws for what the bytes are. */
    public static Decoded decode(ByteBuffer from) {
        try {
            return new Decoded.Whole(Wire.complete(() -> message(from)));
        } catch (Wire.Malformed e) {
            return new Decoded.Malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Message message(ByteBuffer from) {
        int bytes = from.remaining();
        Wire.check(bytes >= HEADER_BYTES, "a message of " + bytes + " bytes");
        Wire.check(bytes <= MAX_MESSAGE_BYTES, "a message of " + bytes + " bytes");
        int start = from.position();
        int version = from.get();
        int type = from.get();
        int headBytes = from.getShort() & 0xFFFF;
        int crc = from.getInt();
        Wire.check(version == VERSION, "version " + version + ", spoken is " + VERSION);
        Wire.check(headBytes <= from.remaining(), "the head is longer than the message");
        byte[] checked = new byte[HEADER_BYTES + headBytes];
        from.get(start, checked);
        Wire.check(crc == crc(checked, checked.length), "the crc does not match");
        ByteBuffer head = ByteBuffer.wrap(checked, HEADER_BYTES, headBytes);
        from.position(start + checked.length);
        Message message = message(type, head, from);
        Wire.check(!head.hasRemaining(), "the head goes on after its end");
        Wire.check(!from.hasRemaining(), "the message goes on after its end");
        return message;
    }

    private static Message message(int type, ByteBuffer head, ByteBuffer from) {
        if (type == 4) {
            Segment sealed = Wire.segment(head);
            Wire.check(!sealed.isOpen(), "a copy of an open segment");
            return new Message.Copy(sealed, head.getLong());
        }
        Wire.check(type > 0 && type <= 9, "no message has type " + type);
        SegmentId id = Wire.segmentId(head);
        long first = head.getLong();
        return switch (type) {
            case 1 ->
                    new Message.Append(
                            id, first, head.getLong(), head.getLong(), entries(head, from));
            case 2 -> new Message.Fence(id, first);
            case 3 ->
                    new Message.Read(
                            id,
                            first,
                            head.getLong(),
                            head.getLong(),
                            head.getInt(),
                            head.getLong());
            case 5 -> new Message.Appended(id, first, head.getLong());
            case 6 -> new Message.Fenced(id, first, head.getLong(), head.getLong());
            case 7 ->
                    new Message.Refused(
                            id, first, refusal(head.get()), head.getLong(), head.getLong());
            case 8 ->
                    new Message.Records(
                            id, first, head.getLong(), head.getLong(), entries(head, from));
            default -> new Message.Copied(id, first);
        };
    }

    private static Message.Refusal refusal(int number) {
        for (Message.Refusal refusal : Message.Refusal.values()) {
            if (refusal.number() == number) {
                return refusal;
            }
        }
        throw new Wire.Malformed("no refusal has number " + number);
    }

    private static List<Entry> entries(ByteBuffer head, ByteBuffer from) {
        int count = head.getInt();
        int most = from.remaining() / (Entry.HEADER_BYTES + Entry.MIN_LENGTH);
        Wire.check(count >= 0 && count <= most, count + " records in what is left");
        List<Entry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            entries.add(Wire.entry(from));
        }
        return entries;
    }
}
