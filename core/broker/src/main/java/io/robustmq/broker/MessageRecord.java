package io.robustmq.broker;

import io.robustmq.journal.Journal;
import io.robustmq.protocol.PublishPacket;
import io.robustmq.telemetry.event.TraceContext;
import io.robustmq.telemetry.event.Tracing;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message in the log, and all that happens with it at once: which sessions it is for, that its
 * publisher's packet identifier is taken, that it replaces a retained message, that a will or a
 * delayed message is used up by it. Big-endian.
 *
 * <pre>
 *   0      1       3                                          only if its flag is set:
 *   | kind | flags | expires at, epoch millis 8 |             EXPIRES
 *                  | publisher 4 | packet id 2  |             FROM     QoS 2
 *                  | session 4                  |             WILL     whose will this is
 *                  | offset 8                   |             FIRED    of the delayed message that is due now
 *                  | due, epoch millis 8        |             DELAYED
 *                  | length 1 | traceparent     |             TRACED
 *                  | session 4 | place 16       |             PASSED   who had it before, and which it was there
 *                  | micros 8 | length 1 | home |             STAMPED  which of several homes' retained ones counts
 *   | length 2 | topic | length 4 | properties | length 4 | targets | payload ... |
 *
 *   a target:  | session 4 | options 1 | n × subscription identifier 4 |
 *   options:   bits 0-1 QoS, bit 2 retain, bits 3-7 n
 *
 *   a member of a group has n = 31:
 *              | session 4 | options 1 | subscription identifier 4 or 0 | length 2 | its filter |
 * </pre>
 *
 * An instance is a view of one record, the same object for the next.
 */
final class MessageRecord {
    static final byte KIND = 1;

    static final int QOS_MASK = 3;
    static final int RETAIN = 1 << 2;

    /** It becomes the retained message of its topic. */
    static final int STORE = 1 << 3;

    /** The retained message of its topic is removed. */
    static final int CLEAR = 1 << 4;

    static final int EXPIRES = 1 << 5;
    static final int FROM = 1 << 6;
    static final int WILL = 1 << 7;
    static final int FIRED = 1 << 8;
    static final int DELAYED = 1 << 9;
    static final int TRACED = 1 << 10;

    /** It was another member's of its group. */
    static final int PASSED = 1 << 11;

    static final int STAMPED = 1 << 12;

    /** Identifiers beyond these are not handed on to a client that was away. */
    static final int MAX_IDS = 30;

    /** Instead of the number of identifiers. */
    private static final int BY_GROUP = 31;

    private static final byte[] NONE = {};

    private ByteBuffer in = ByteBuffer.allocate(0);
    private int flags;
    private long expiresAtMillis;
    private int publisher;
    private int packetId;
    private int will;
    private long fired;
    private long dueMillis;
    private int passedFrom;
    private SessionRecord.@Nullable Place passed;
    private @Nullable Stamp stamp;
    private int contextAt;
    private int contextLength;
    private int topicAt;
    private int topicLength;
    private int propertiesAt;
    private int propertiesLength;
    private int targetsAt;
    private int targetsEnd;
    private int target;

    // messages that wait for a client often have one topic
    private byte[] lastTopicUtf8 = {};
    private String lastTopic = "";
    private byte[] lastShareUtf8 = {};
    private String lastShare = "";

    /** What of a record is not in the message itself; 0 and -1 where it does not apply. */
    record Effects(
            int flags,
            int publisher,
            int packetId,
            int will,
            long fired,
            long dueMillis,
            @Nullable String traceparent,
            SessionRecord.@Nullable Place passed) {
        static final Effects NONE = of(0, null);

        static Effects of(int flags, @Nullable String traceparent) {
            return new Effects(flags, 0, 0, 0, -1, -1, traceparent, null);
        }

        /**
         * @param session that had it, and has it no more
         */
        static Effects passed(
                int session, SessionRecord.Place place, @Nullable String traceparent) {
            return new Effects(PASSED, session, 0, 0, -1, -1, traceparent, place);
        }

        /** Of a client's own message: QoS 2 takes its packet identifier. */
        static Effects from(Session session, int packetId, Publication publication) {
            Tracing.PublishTrace trace = publication.trace();
            String traceparent = trace == null ? null : trace.context().traceparent();
            Backlog backlog = session.backlog();
            return publication.qos() == 2 && backlog != null
                    ? new Effects(FROM, backlog.number(), packetId, 0, -1, -1, traceparent, null)
                    : of(0, traceparent);
        }

        Effects due(long millis) {
            return new Effects(
                    flags | DELAYED, publisher, packetId, will, fired, millis, traceparent, null);
        }

        static Effects fired(long offset) {
            return new Effects(FIRED, 0, 0, 0, offset, -1, null, null);
        }

        static Effects willOf(int session) {
            return new Effects(WILL, 0, 0, session, -1, -1, null, null);
        }

        Effects and(int flag) {
            return new Effects(
                    flags | flag, publisher, packetId, will, fired, dueMillis, traceparent, passed);
        }
    }

    /**
     * The bytes of the record; the caller writes the payload at their end. Null if they are more
     * than a record of the journal can hold.
     */
    static byte @Nullable [] encode(
            byte[] topicUtf8,
            int qos,
            boolean retain,
            long expiresAtMillis,
            byte[] properties,
            byte[] targets,
            int payloadLength,
            Effects effects) {
        return encode(
                topicUtf8,
                qos,
                retain,
                expiresAtMillis,
                properties,
                targets,
                payloadLength,
                effects,
                null);
    }

    static byte @Nullable [] encode(
            byte[] topicUtf8,
            int qos,
            boolean retain,
            long expiresAtMillis,
            byte[] properties,
            byte[] targets,
            int payloadLength,
            Effects effects,
            @Nullable Stamp stamp) {
        byte[] home = stamp == null ? NONE : stamp.home().getBytes(StandardCharsets.UTF_8);
        boolean expires = expiresAtMillis != Message.NEVER;
        String traceparent = effects.traceparent;
        int flags =
                effects.flags
                        | qos
                        | (retain ? RETAIN : 0)
                        | (expires ? EXPIRES : 0)
                        | (traceparent == null ? 0 : TRACED)
                        | (stamp == null ? 0 : STAMPED);
        long size =
                3
                        + (expires ? 8 : 0)
                        + ((flags & FROM) == 0 ? 0 : 6)
                        + ((flags & WILL) == 0 ? 0 : 4)
                        + ((flags & FIRED) == 0 ? 0 : 8)
                        + ((flags & DELAYED) == 0 ? 0 : 8)
                        + (traceparent == null ? 0 : 1 + traceparent.length())
                        + (effects.passed == null ? 0 : 20)
                        + (stamp == null ? 0 : 9 + home.length)
                        + 10
                        + topicUtf8.length
                        + properties.length
                        + targets.length
                        + (long) payloadLength;
        if (size > Journal.MAX_PAYLOAD_BYTES) {
            return null;
        }
        ByteBuffer out = ByteBuffer.allocate((int) size).put(KIND).putShort((short) flags);
        if (expires) {
            out.putLong(expiresAtMillis);
        }
        if ((flags & FROM) != 0) {
            out.putInt(effects.publisher).putShort((short) effects.packetId);
        }
        if ((flags & WILL) != 0) {
            out.putInt(effects.will);
        }
        if ((flags & FIRED) != 0) {
            out.putLong(effects.fired);
        }
        if ((flags & DELAYED) != 0) {
            out.putLong(effects.dueMillis);
        }
        if (traceparent != null) {
            out.put((byte) traceparent.length());
            out.put(traceparent.getBytes(StandardCharsets.US_ASCII));
        }
        SessionRecord.Place passed = effects.passed;
        if (passed != null) {
            out.putInt(effects.publisher).putLong(passed.number()).putLong(passed.offset());
        }
        if (stamp != null) {
            out.putLong(stamp.micros()).put((byte) home.length).put(home);
        }
        out.putShort((short) topicUtf8.length).put(topicUtf8);
        out.putInt(properties.length).put(properties);
        out.putInt(targets.length).put(targets);
        return out.array();
    }

    /** Looks at the record in {@code record}, which begins at its position. */
    MessageRecord of(ByteBuffer record) {
        in = record;
        int at = record.position() + 1;
        flags = Short.toUnsignedInt(in.getShort(at));
        at += 2;
        expiresAtMillis = Message.NEVER;
        if ((flags & EXPIRES) != 0) {
            expiresAtMillis = in.getLong(at);
            at += 8;
        }
        if ((flags & FROM) != 0) {
            publisher = in.getInt(at);
            packetId = Short.toUnsignedInt(in.getShort(at + 4));
            at += 6;
        }
        if ((flags & WILL) != 0) {
            will = in.getInt(at);
            at += 4;
        }
        if ((flags & FIRED) != 0) {
            fired = in.getLong(at);
            at += 8;
        }
        if ((flags & DELAYED) != 0) {
            dueMillis = in.getLong(at);
            at += 8;
        }
        contextLength = 0;
        if ((flags & TRACED) != 0) {
            contextLength = Byte.toUnsignedInt(in.get(at));
            contextAt = at + 1;
            at += 1 + contextLength;
        }
        passed = null;
        if ((flags & PASSED) != 0) {
            passedFrom = in.getInt(at);
            passed = new SessionRecord.Place(in.getLong(at + 4), in.getLong(at + 12));
            at += 20;
        }
        stamp = null;
        if ((flags & STAMPED) != 0) {
            int length = Byte.toUnsignedInt(in.get(at + 8));
            stamp =
                    new Stamp(
                            in.getLong(at),
                            new String(bytes(at + 9, length), StandardCharsets.UTF_8));
            at += 9 + length;
        }
        topicLength = Short.toUnsignedInt(in.getShort(at));
        topicAt = at + 2;
        at = topicAt + topicLength;
        propertiesLength = in.getInt(at);
        propertiesAt = at + 4;
        at = propertiesAt + propertiesLength;
        targetsAt = at + 4;
        targetsEnd = targetsAt + in.getInt(at);
        target = targetsAt;
        return this;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    int qos() {
        return flags & QOS_MASK;
    }

    long expiresAtMillis() {
        return expiresAtMillis;
    }

    int publisher() {
        return publisher;
    }

    int packetId() {
        return packetId;
    }

    /** The session whose will it is. */
    int will() {
        return will;
    }

    /** The offset of the delayed message that this is. */
    long fired() {
        return fired;
    }

    long dueMillis() {
        return dueMillis;
    }

    /** The session that had it before, if it is {@link #PASSED}. */
    int passedFrom() {
        return passedFrom;
    }

    /** Which of that session's messages it was. */
    SessionRecord.Place passed() {
        SessionRecord.Place place = passed;
        if (place == null) {
            throw new IllegalStateException("the message was nobody's before");
        }
        return place;
    }

    /** Null unless it is retained, or cleared, where there are several homes. */
    @Nullable Stamp stamp() {
        return stamp;
    }

    /** Of the trace that the message belongs to; null if it was not traced. */
    @Nullable TraceContext context() {
        return contextLength == 0
                ? null
                : TraceContext.parse(
                        new String(bytes(contextAt, contextLength), StandardCharsets.US_ASCII),
                        PublishPacket.userProperty(
                                bytes(propertiesAt, propertiesLength), Publisher.TRACESTATE));
    }

    String topic() {
        return new String(bytes(topicAt, topicLength), StandardCharsets.UTF_8);
    }

    int payloadLength() {
        return in.limit() - targetsEnd;
    }

    /** As {@link Message#bytes} counts. */
    int size() {
        return topicLength + propertiesLength + payloadLength();
    }

    /** Steps to the next target; the first call to the first one. False behind the last. */
    boolean nextTarget() {
        if (target >= targetsEnd) {
            return false;
        }
        targetSession = in.getInt(target);
        targetOptions = Byte.toUnsignedInt(in.get(target + 4));
        idsAt = target + 5;
        targetIds = targetOptions >> 3;
        shareLength = 0;
        if (targetIds == BY_GROUP) {
            targetIds = in.getInt(idsAt) == 0 ? 0 : 1;
            shareLength = Short.toUnsignedInt(in.getShort(idsAt + 4));
            target = idsAt + 6 + shareLength;
        } else {
            target = idsAt + 4 * targetIds;
        }
        return true;
    }

    private int targetSession;
    private int targetOptions;
    private int targetIds;
    private int shareLength;
    private int idsAt;

    /** Of the target stepped to. */
    int targetSession() {
        return targetSession;
    }

    /** The filter of the group that it is a member of; null if it is in none. */
    @Nullable String targetShare() {
        if (shareLength == 0) {
            return null;
        }
        if (!isAt(idsAt + 6, shareLength, lastShareUtf8)) {
            lastShareUtf8 = bytes(idsAt + 6, shareLength);
            lastShare = new String(lastShareUtf8, StandardCharsets.UTF_8);
        }
        return lastShare;
    }

    /** The message as it is kept in memory; copies. */
    Message message() {
        if (!isAt(topicAt, topicLength, lastTopicUtf8)) {
            lastTopicUtf8 = bytes(topicAt, topicLength);
            lastTopic = new String(lastTopicUtf8, StandardCharsets.UTF_8);
        }
        return new Message(
                lastTopic,
                lastTopicUtf8,
                bytes(targetsEnd, payloadLength()),
                qos(),
                has(RETAIN),
                expiresAtMillis,
                bytes(propertiesAt, propertiesLength),
                System.nanoTime(),
                stamp);
    }

    /** What the target stepped to gets. */
    Delivery delivery(Message message) {
        int[] ids = new int[targetIds];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = in.getInt(idsAt + 4 * i);
        }
        Delivery delivery =
                new Delivery(
                        message,
                        targetOptions & QOS_MASK,
                        (targetOptions & RETAIN) != 0,
                        ids,
                        false);
        delivery.context = context();
        delivery.share = targetShare();
        return delivery;
    }

    private boolean isAt(int at, int length, byte[] utf8) {
        if (utf8.length != length) {
            return false;
        }
        for (int i = 0; i < utf8.length; i++) {
            if (utf8[i] != in.get(at + i)) {
                return false;
            }
        }
        return true;
    }

    private byte[] bytes(int at, int length) {
        byte[] copy = new byte[length];
        in.get(at, copy);
        return copy;
    }

    /** Appends a target to {@code out}. */
    static void putTarget(ByteBuffer out, Route.Target target, int qos, boolean retain) {
        Backlog backlog = Objects.requireNonNull(target.session().backlog());
        int[] ids = target.subscriptionIds();
        ShareGroup group = target.group();
        int count = group == null ? Math.min(ids.length, MAX_IDS) : BY_GROUP;
        int options =
                target.qosOf(qos)
                        | (retain && target.retainAsPublished() ? RETAIN : 0)
                        | count << 3;
        out.putInt(backlog.number()).put((byte) options);
        if (group != null) {
            out.putInt(ids.length == 0 ? 0 : ids[0]);
            out.putShort((short) group.filterUtf8().length).put(group.filterUtf8());
            return;
        }
        for (int i = 0; i < count; i++) {
            out.putInt(ids[i]);
        }
    }

    static int targetBytes(Route.Target target) {
        ShareGroup group = target.group();
        return group == null
                ? 5 + 4 * Math.min(target.subscriptionIds().length, MAX_IDS)
                : 11 + group.filterUtf8().length;
    }
}
