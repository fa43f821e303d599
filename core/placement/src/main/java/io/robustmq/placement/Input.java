package io.robustmq.placement;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;

/** Reads what {@link Output} wrote. Too few bytes are a {@link BufferUnderflowException}. */
final class Input {
    /** Reads one thing. */
    interface Reading<T> {
        T from(Input in) throws IOException;
    }

    private final ByteBuffer in;

    Input(ByteBuffer in) {
        this.in = in;
    }

    /**
     * All of the bytes as one thing.
     *
     * @param what as the message of the exception shall name it
     * @throws IOException if they are something else
     */
    static <T> T whole(ByteBuffer bytes, String what, Reading<T> reading) throws IOException {
        int size = bytes.remaining();
        try {
            T read = reading.from(new Input(bytes));
            if (bytes.hasRemaining()) {
                throw new IOException(bytes.remaining() + " bytes after " + what);
            }
            return read;
        } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
            throw new IOException("not " + what + ", " + size + " bytes", e);
        }
    }

    boolean hasMore() {
        return in.hasRemaining();
    }

    byte nextByte() {
        return in.get();
    }

    int nextCount() {
        return Short.toUnsignedInt(in.getShort());
    }

    int nextInt() {
        return in.getInt();
    }

    long nextLong() {
        return in.getLong();
    }

    byte[] nextBytes(int size) {
        if (size < 0 || size > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[size];
        in.get(bytes);
        return bytes;
    }

    String nextText() {
        return new String(nextBytes(nextCount()), StandardCharsets.UTF_8);
    }

    Instant nextTime() {
        return Instant.ofEpochSecond(in.getLong(), in.getInt());
    }

    Author nextAuthor() {
        String nodeId = nextText();
        Admin admin = new Admin(nextText(), nextText(), Admin.Outcome.DONE);
        // there may be as many as documents
        return new Author(nodeId, admin.equals(Admin.NODE) ? Admin.NODE : admin);
    }

    NodeEpoch nextNodeEpoch() {
        return new NodeEpoch(nextText(), nextLong());
    }

    MemberId nextMemberId() {
        return new MemberId(nextLong(), nextLong());
    }

    Member nextMember() {
        return new Member(nextMemberId(), nextText(), nextText());
    }

    Node nextNode() throws IOException {
        String nodeId = nextText();
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        for (int n = nextByte(); n > 0; n--) {
            roles.add(role(nextByte()));
        }
        Map<String, String> extendInfo = new HashMap<>();
        for (int n = nextCount(); n > 0; n--) {
            extendInfo.put(nextText(), nextText());
        }
        return new Node(nodeId, roles, extendInfo);
    }

    TraceOrder nextTrace() throws IOException {
        String id = nextText();
        TraceTarget kind = target(nextByte());
        return new TraceOrder(
                id, kind, nextText(), nextTime(), nextTime(), nextInt(), nextAuthor());
    }

    LevelOrder nextLevel() throws IOException {
        String category = nextText();
        byte level = nextByte();
        Severity severity = level == 0 ? null : severity(level);
        Instant at = nextTime();
        Instant until = nextTime();
        return new LevelOrder(
                category, severity, at, until.equals(Output.NO_TIME) ? null : until, nextAuthor());
    }

    Document nextDocument() throws IOException {
        DocumentKind kind = nextKind();
        String name = nextText();
        Document.checkName(name);
        long version = nextLong();
        long created = nextLong();
        Content content = Content.owning(nextBytes(nextInt()));
        return new Document(kind, name, content, version, created, nextAuthor(), nextText());
    }

    DocumentKind nextKind() throws IOException {
        byte code = nextByte();
        return switch (code) {
            case 1 -> DocumentKind.SHARD;
            case 2 -> DocumentKind.SEGMENT;
            case 3 -> DocumentKind.USER;
            case 4 -> DocumentKind.ACL;
            case 5 -> DocumentKind.SCHEMA;
            case 6 -> DocumentKind.CONFIG;
            default -> throw new IOException("an unknown kind of document, " + code);
        };
    }

    private static TraceTarget target(byte code) throws IOException {
        return switch (code) {
            case 1 -> TraceTarget.CLIENT;
            case 2 -> TraceTarget.TOPIC;
            case 3 -> TraceTarget.ADDRESS;
            default -> throw new IOException("an unknown target of a trace, " + code);
        };
    }

    private static Severity severity(byte code) throws IOException {
        return switch (code) {
            case 1 -> Severity.DEBUG;
            case 2 -> Severity.INFO;
            case 3 -> Severity.WARN;
            case 4 -> Severity.ERROR;
            default -> throw new IOException("an unknown level, " + code);
        };
    }

    private static Role role(byte code) throws IOException {
        return switch (code) {
            case 1 -> Role.PLACEMENT_CENTER;
            case 2 -> Role.JOURNAL_SERVER;
            case 3 -> Role.MQTT_SERVER;
            default -> throw new IOException("an unknown role of a node, " + code);
        };
    }
}
