package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ArrayValue;

/** The receiver's side of the greeting: HELO, PING, PONG. */
final class ForwardGreeting {
    private static final String NONCE = "nonce-of-sixteen";
    private static final String SALT = "salt-of-a-server";
    private static final String NAME = "server";

    private final ForwardServer.Secrets secrets;
    private final MessageUnpacker in;
    private final MessagePacker out;

    ForwardGreeting(ForwardServer.Secrets secrets, MessageUnpacker in, MessagePacker out) {
        this.secrets = secrets;
        this.in = in;
        this.out = out;
    }

    boolean succeeds() throws IOException {
        boolean users = !secrets.userName().isEmpty();
        out.packArrayHeader(2).packString("HELO").packMapHeader(3);
        out.packString("nonce").packBinaryHeader(NONCE.length()).addPayload(utf8(NONCE));
        out.packString("auth").packString(users ? SALT : "");
        out.packString("keepalive").packBoolean(true).flush();
        ArrayValue ping = in.unpackValue().asArrayValue();
        String client = ping.get(1).toString();
        String salt = ping.get(2).toString();
        String wrong = "";
        if (!ping.get(3).toString().equals(sha512(salt, client, NONCE, secrets.sharedKey()))) {
            wrong = "shared_key mismatch";
        } else if (users
                && !(ping.get(4).toString().equals(secrets.userName())
                        && ping.get(5)
                                .toString()
                                .equals(sha512(SALT, secrets.userName(), secrets.password())))) {
            wrong = "username/password mismatch";
        }
        out.packArrayHeader(5).packString("PONG").packBoolean(wrong.isEmpty()).packString(wrong);
        out.packString(NAME).packString(sha512(salt, NAME, NONCE, secrets.sharedKey())).flush();
        return wrong.isEmpty();
    }

    private static String sha512(String... parts) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-512").digest(utf8(String.join("", parts)));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
