package io.robustmq.placement;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
 * </pre>
 */
sealed interface Command {
    byte VERSION = 1;
    byte REGISTER = 1;
    byte DEREGISTER = 2;

    record Register(Node node) implements Command {}

    record Deregister(String nodeId) implements Command {}

    /** The largest command: a node with all its entries at three bytes a character. */
    int MAX_BYTES = 16 + (1 + 2 * Node.MAX_EXTEND_INFO) * (2 + 3 * Node.MAX_TEXT);

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
                        default ->
                                throw new IOException(
                                        "a placement command of unknown kind " + kind);
                    };
            if (in.hasRemaining()) {
                throw new IOException(in.remaining() + " bytes after a placement command");
            }
            return command;
        } catch (BufferUnderflowException | IllegalArgumentException e) {
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
