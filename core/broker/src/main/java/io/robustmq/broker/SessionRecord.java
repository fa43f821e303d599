package io.robustmq.broker;

import io.robustmq.protocol.Connect;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a session, in the log. A session is known by a number that no other ever gets.
 * Big-endian; a text is its UTF-8 bytes after their number in two bytes, a block of bytes the same
 * with four.
 *
 * <pre>
 *   0      1         5
 *   | kind | session | Opened:       client id | expiry 8 | will
 *                    | Connected:    expiry 8 | will
 *                    | Suspended:    expiry 8 | sent place | will | will due, epoch millis 8
 *                    | Ended
 *                    | Subscribed:   n 4 | n × subscription
 *                    | Unsubscribed: n 4 | n × filter
 *                    | Done:         below place | n 4 | n × place
 *                    | Received:     place
 *                    | Released:     packet id 4
 *
 *   place:         number 8 | offset 8
 *   will:          0, or 1 | topic | payload | qos 1 | retain 1 | delay 8 | expiry 8 | properties
 *   subscription:  filter | qos 1 | no local 1 | retain as published 1 | identifier 4
 * </pre>
 */
sealed interface SessionRecord {
    int number();

    /** A client that asked to be remembered is connected for the first time. */
    record Opened(int number, String clientId, long expirySeconds, Connect.@Nullable Will will)
            implements SessionRecord {}

    /** It is connected again. A will that waited is cancelled. */
    record Connected(int number, long expirySeconds, Connect.@Nullable Will will)
            implements SessionRecord {}

    /**
     * Its connection is gone.
     *
     * @param sent the first that was never sent
     * @param will still to be published, null if there is none
     */
    record Suspended(
            int number,
            long expirySeconds,
            Place sent,
            Connect.@Nullable Will will,
            long willDueMillis)
            implements SessionRecord {}

    record Ended(int number) implements SessionRecord {}

    /**
     * @param identifier 0 if none
     */
    record Filter(
            String filter, int qos, boolean noLocal, boolean retainAsPublished, int identifier) {}

    record Subscribed(int number, List<Filter> filters) implements SessionRecord {}

    record Unsubscribed(int number, List<String> filters) implements SessionRecord {}

    /**
     * One of a session's messages, or the one that comes next: its number in the session, and its
     * offset or one below which all before it are. The number follows from the records before, but
     * not if one of them is damaged; then this tells how many are missing.
     */
    record Place(long number, long offset) {}

    /** Messages acknowledged or dropped: all below one, and some above it, in ascending order. */
    record Done(int number, Place below, List<Place> above) implements SessionRecord {}

    /** QoS 2 to the client: PUBREC came. */
    record Received(int number, Place message) implements SessionRecord {}

    /** QoS 2 from the client: PUBREL came, the packet identifier is free again. */
    record Released(int number, int packetId) implements SessionRecord {}

    /** There is no session 0: this is only there to be waited for. */
    SessionRecord NOTHING = new Ended(0);

    byte OPENED = 2;
    byte CONNECTED = 3;
    byte SUSPENDED = 4;
    byte ENDED = 5;
    byte SUBSCRIBED = 6;
    byte UNSUBSCRIBED = 7;
    byte DONE = 8;
    byte RECEIVED = 9;
    byte RELEASED = 10;

    default byte[] encoded() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            switch (this) {
                case Opened(int number, String clientId, long expiry, Connect.Will will) -> {
                    putText(begin(out, OPENED, number), clientId);
                    out.writeLong(expiry);
                    putWill(out, will);
                }
                case Connected(int number, long expiry, Connect.Will will) -> {
                    begin(out, CONNECTED, number).writeLong(expiry);
                    putWill(out, will);
                }
                case Suspended(
                                int number,
                                long expiry,
                                Place sent,
                                Connect.Will will,
                                long willDue) -> {
                    begin(out, SUSPENDED, number).writeLong(expiry);
                    putPlace(out, sent);
                    putWill(out, will);
                    out.writeLong(willDue);
                }
                case Ended(int number) -> begin(out, ENDED, number);
                case Subscribed(int number, List<Filter> filters) -> {
                    begin(out, SUBSCRIBED, number).writeInt(filters.size());
                    for (Filter filter : filters) {
                        putFilter(out, filter);
                    }
                }
                case Unsubscribed(int number, List<String> filters) -> {
                    begin(out, UNSUBSCRIBED, number).writeInt(filters.size());
                    for (String filter : filters) {
                        putText(out, filter);
                    }
                }
                case Done(int number, Place below, List<Place> above) -> {
                    putPlace(begin(out, DONE, number), below);
                    out.writeInt(above.size());
                    for (Place each : above) {
                        putPlace(out, each);
                    }
                }
                case Received(int number, Place message) ->
                        putPlace(begin(out, RECEIVED, number), message);
                case Released(int number, int packetId) ->
                        begin(out, RELEASED, number).writeInt(packetId);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private static DataOutputStream begin(DataOutputStream out, byte kind, int number)
            throws IOException {
        out.writeByte(kind);
        out.writeInt(number);
        return out;
    }

    /**
     * @throws IOException if it is none, or one of a newer broker
     */
    static SessionRecord decoded(ByteBuffer record) throws IOException {
        byte[] bytes = new byte[record.remaining()];
        record.get(record.position(), bytes);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        byte kind = in.readByte();
        int number = in.readInt();
        return switch (kind) {
            case OPENED -> new Opened(number, text(in), in.readLong(), will(in));
            case CONNECTED -> new Connected(number, in.readLong(), will(in));
            case SUSPENDED ->
                    new Suspended(number, in.readLong(), place(in), will(in), in.readLong());
            case ENDED -> new Ended(number);
            case SUBSCRIBED -> {
                List<Filter> filters = new ArrayList<>(1);
                for (int n = in.readInt(); n > 0; n--) {
                    filters.add(filter(in));
                }
                yield new Subscribed(number, filters);
            }
            case UNSUBSCRIBED -> {
                List<String> filters = new ArrayList<>(1);
                for (int n = in.readInt(); n > 0; n--) {
                    filters.add(text(in));
                }
                yield new Unsubscribed(number, filters);
            }
            case DONE -> {
                Place below = place(in);
                List<Place> above = new ArrayList<>();
                for (int n = in.readInt(); n > 0; n--) {
                    above.add(place(in));
                }
                yield new Done(number, below, above);
            }
            case RECEIVED -> new Received(number, place(in));
            case RELEASED -> new Released(number, in.readInt());
            default -> throw new IOException("a record of unknown kind " + kind);
        };
    }

    private static void putPlace(DataOutputStream out, Place place) throws IOException {
        out.writeLong(place.number);
        out.writeLong(place.offset);
    }

    private static Place place(DataInputStream in) throws IOException {
        return new Place(in.readLong(), in.readLong());
    }

    // also what snapshots are made of

    static void putWill(DataOutputStream out, Connect.@Nullable Will will) throws IOException {
        out.writeBoolean(will != null);
        if (will != null) {
            putText(out, will.topic());
            putBytes(out, will.payload());
            out.writeByte(will.qos());
            out.writeBoolean(will.retain());
            out.writeLong(will.delaySeconds());
            out.writeLong(will.messageExpirySeconds());
            putBytes(out, will.properties());
        }
    }

    static Connect.@Nullable Will will(DataInputStream in) throws IOException {
        return in.readBoolean()
                ? new Connect.Will(
                        text(in),
                        bytes(in),
                        in.readByte(),
                        in.readBoolean(),
                        in.readLong(),
                        in.readLong(),
                        bytes(in))
                : null;
    }

    static void putFilter(DataOutputStream out, Filter filter) throws IOException {
        putText(out, filter.filter);
        out.writeByte(filter.qos);
        out.writeBoolean(filter.noLocal);
        out.writeBoolean(filter.retainAsPublished);
        out.writeInt(filter.identifier);
    }

    static Filter filter(DataInputStream in) throws IOException {
        return new Filter(
                text(in), in.readByte(), in.readBoolean(), in.readBoolean(), in.readInt());
    }

    static void putText(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(utf8.length);
        out.write(utf8);
    }

    static String text(DataInputStream in) throws IOException {
        byte[] utf8 = new byte[in.readUnsignedShort()];
        in.readFully(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static void putBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return bytes;
    }
}
