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
import java.util.Set;
import java.util.TreeMap;

/**
 * A change of the placement state, as it is kept in the log. Big-endian; a text is its UTF-8 bytes
 * after their number in two bytes.
 *
 * <pre>
 *   0         1      2
 *   | version | kind | register:   node id | roles n | n × role | entries n:2 | n × (key, value) |
 *                    | deregister: node id |
 *                    | begin trace: id | target kind | target | begun | until | per second:4 | by |
 *                    | end trace:  id | by |
 *                    | set level:  category | level | at | until | by |
 *                    | expire:     time |
 * </pre>
 *
 * <p>A time is seconds since 1970 in eight bytes and nanoseconds in four; all zeros is none. {@code
 * by} is a node id, who, and from where.
 */
sealed interface Command {
    byte VERSION = 1;
    byte REGISTER = 1;
    byte DEREGISTER = 2;
    byte BEGIN_TRACE = 16;
    byte END_TRACE = 17;
    byte SET_LEVEL = 18;
    byte EXPIRE = 19;

    record Register(Node node) implements Command {}

    record Deregister(String nodeId) implements Command {}

    record BeginTrace(TraceOrder order) implements Command {}

    record EndTrace(String id, Author by) implements Command {
        public EndTrace {
            TraceOrder.checkId(id);
        }
    }

    record SetLevel(LevelOrder order) implements Command {}

    /** Removes what has a time that is over by then. */
    record Expire(Instant now) implements Command {}

    /** The largest command: a node with all its entries at three bytes a character. */
    int MAX_BYTES = 16 + (1 + 2 * Node.MAX_EXTEND_INFO) * (2 + 3 * Node.MAX_TEXT);

    Instant NO_TIME = Instant.EPOCH;

    default byte[] encoded() {
        ByteBuffer out = ByteBuffer.allocate(MAX_BYTES).put(VERSION);
        switch (this) {
            case Register(Node(String nodeId, Set<Role> roles, Map<String, String> extendInfo)) -> {
                putText(out.put(REGISTER), nodeId);
                out.put((byte) roles.size());
                roles.stream().sorted().forEach(role -> out.put(code(role)));
                out.putShort((short) extendInfo.size());
                new TreeMap<>(extendInfo)
                        .forEach((key, value) -> {
                            putText(out, key);
                            putText(out, value);
                        });
            }
            case Deregister(String nodeId) -> putText(out.put(DEREGISTER), nodeId);
            case BeginTrace(TraceOrder order) -> {
                putText(out.put(BEGIN_TRACE), order.id());
                putText(out.put(code(order.kind())), order.target());
                putTime(putTime(out, order.begun()), order.until()).putInt(order.perSecond());
                putAuthor(out, order.by());
            }
            case EndTrace(String id, Author by) -> {
                putText(out.put(END_TRACE), id);
                putAuthor(out, by);
            }
            case SetLevel(LevelOrder order) -> {
                putText(out.put(SET_LEVEL), order.category());
                out.put(order.level() == null ? 0 : code(order.level()));
                Instant until = order.until();
                putTime(putTime(out, order.at()), until == null ? NO_TIME : until);
                putAuthor(out, order.by());
            }
            case Expire(Instant now) -> putTime(out.put(EXPIRE), now);
        }
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    /**
     * @throws IOException if it is none, or of a newer version
     */
    static Command decoded(byte[] bytes) throws IOException {
        return decoded(ByteBuffer.wrap(bytes));
    }

    static Command decoded(ByteBuffer in) throws IOException {
        int bytes = in.remaining();
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new IOException(
                        "a placement command of version " + version + ", known is " + VERSION);
            }
            byte kind = in.get();
            Command command =
                    switch (kind) {
                        case REGISTER -> new Register(node(in));
                        case DEREGISTER -> new Deregister(text(in));
                        case BEGIN_TRACE -> new BeginTrace(traceOrder(in));
                        case END_TRACE -> new EndTrace(text(in), author(in));
                        case SET_LEVEL -> new SetLevel(levelOrder(in));
                        case EXPIRE -> new Expire(time(in));
                        default ->
                                throw new IOException(
                                        "a placement command of unknown kind " + kind);
                    };
            if (in.hasRemaining()) {
                throw new IOException(in.remaining() + " bytes after a placement command");
            }
            return command;
        } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
            throw new IOException("not a placement command, " + bytes + " bytes", e);
        }
    }

    private static Node node(ByteBuffer in) throws IOException {
        String nodeId = text(in);
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        for (int n = in.get(); n > 0; n--) {
            roles.add(role(in.get()));
        }
        Map<String, String> extendInfo = new HashMap<>();
        for (int n = in.getShort(); n > 0; n--) {
            extendInfo.put(text(in), text(in));
        }
        return new Node(nodeId, roles, extendInfo);
    }

    private static TraceOrder traceOrder(ByteBuffer in) throws IOException {
        String id = text(in);
        TraceTarget kind = target(in.get());
        return new TraceOrder(id, kind, text(in), time(in), time(in), in.getInt(), author(in));
    }

    private static LevelOrder levelOrder(ByteBuffer in) throws IOException {
        String category = text(in);
        byte level = in.get();
        Severity severity = level == 0 ? null : severity(level);
        Instant at = time(in);
        Instant until = time(in);
        return new LevelOrder(
                category, severity, at, until.equals(NO_TIME) ? null : until, author(in));
    }

    private static void putAuthor(ByteBuffer out, Author by) {
        putText(out, by.nodeId());
        putText(out, by.admin().who());
        putText(out, by.admin().remoteAddr());
    }

    private static Author author(ByteBuffer in) {
        return new Author(text(in), new Admin(text(in), text(in), Admin.Outcome.DONE));
    }

    private static ByteBuffer putTime(ByteBuffer out, Instant time) {
        return out.putLong(time.getEpochSecond()).putInt(time.getNano());
    }

    private static Instant time(ByteBuffer in) {
        return Instant.ofEpochSecond(in.getLong(), in.getInt());
    }

    private static byte code(TraceTarget kind) {
        return switch (kind) {
            case CLIENT -> 1;
            case TOPIC -> 2;
            case ADDRESS -> 3;
        };
    }

    private static TraceTarget target(byte code) throws IOException {
        return switch (code) {
            case 1 -> TraceTarget.CLIENT;
            case 2 -> TraceTarget.TOPIC;
            case 3 -> TraceTarget.ADDRESS;
            default -> throw new IOException("a placement command with unknown target " + code);
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

    private static Severity severity(byte code) throws IOException {
        return switch (code) {
            case 1 -> Severity.DEBUG;
            case 2 -> Severity.INFO;
            case 3 -> Severity.WARN;
            case 4 -> Severity.ERROR;
            default -> throw new IOException("a placement command with unknown level " + code);
        };
    }

    private static byte code(Role role) {
        return switch (role) {
            case PLACEMENT_CENTER -> 1;
            case JOURNAL_SERVER -> 2;
            case MQTT_SERVER -> 3;
        };
    }

    private static Role role(byte code) throws IOException {
        return switch (code) {
            case 1 -> Role.PLACEMENT_CENTER;
            case 2 -> Role.JOURNAL_SERVER;
            case 3 -> Role.MQTT_SERVER;
            default -> throw new IOException("a placement command with unknown role " + code);
        };
    }

    private static void putText(ByteBuffer out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.putShort((short) utf8.length).put(utf8);
    }

    private static String text(ByteBuffer in) {
        int bytes = Short.toUnsignedInt(in.getShort());
        if (bytes > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] utf8 = new byte[bytes];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
