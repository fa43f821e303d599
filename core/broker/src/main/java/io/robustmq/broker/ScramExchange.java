package io.robustmq.broker;

import io.robustmq.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** One client's SCRAM, the broker's side: RFC 5802, 5. */
final class ScramExchange implements EnhancedAuthenticator.Exchange {
    private static final int NONCE_BYTES = 24;

    private final Scram scram;

    // once the first message is there
    private String userName = "";
    private String header = "";
    private String firstBare = "";
    private String firstOfOurs = "";
    private String nonce = "";
    private boolean known;
    private Scram.@Nullable Keys keys;

    ScramExchange(Scram scram) {
        this.scram = scram;
    }

    @Override
    public EnhancedAuthenticator.Step next(byte[] data) {
        String message = new String(data, StandardCharsets.UTF_8);
        Scram.Keys found = keys;
        return found == null ? first(message) : last(message, found);
    }

    private EnhancedAuthenticator.Step first(String message) {
        int afterBinding = message.indexOf(',');
        int afterHeader = message.indexOf(',', afterBinding + 1);
        if (afterBinding < 0 || afterHeader < 0) {
            return refused("the first message is none of SCRAM");
        }
        String binding = message.substring(0, afterBinding);
        if (!binding.equals("n") && !binding.equals("y")) {
            return refused("channel binding is not offered");
        }
        String other = message.substring(afterBinding + 1, afterHeader);
        header = message.substring(0, afterHeader + 1);
        firstBare = message.substring(afterHeader + 1);
        String[] fields = firstBare.split(",", -1);
        String name = fields[0].startsWith("n=") ? name(fields[0].substring(2)) : null;
        if (name == null || name.isEmpty() || fields.length < 2 || !isNonce(fields[1])) {
            return refused("the first message is none of SCRAM");
        }
        userName = name;
        if (!other.isEmpty() && !other.equals("a=" + fields[0].substring(2))) {
            return refused("nobody may act for another user");
        }
        Scram.Keys found = scram.keysOf(name);
        known = found != null;
        Scram.Keys shown = found == null ? scram.keysOfNobody(name) : found;
        keys = shown;
        byte[] ours = new byte[NONCE_BYTES];
        scram.random().nextBytes(ours);
        nonce = fields[1].substring(2) + base64(ours);
        firstOfOurs = "r=" + nonce + ",s=" + base64(shown.salt()) + ",i=" + shown.iterations();
        return new EnhancedAuthenticator.Continue(bytes(firstOfOurs));
    }

    private EnhancedAuthenticator.Step last(String message, Scram.Keys found) {
        int proofAt = message.lastIndexOf(",p=");
        String expected = "c=" + base64(bytes(header)) + ",r=" + nonce;
        String withoutProof = proofAt < 0 ? "" : message.substring(0, proofAt);
        if (!withoutProof.equals(expected) && !withoutProof.startsWith(expected + ",")) {
            return refused("the last message does not go with the first");
        }
        byte[] proof = decoded(message.substring(proofAt + 3));
        byte[] said = bytes(firstBare + "," + firstOfOurs + "," + withoutProof);
        byte[] signature = scram.hash().mac(found.storedKey(), said);
        if (proof == null || proof.length != signature.length) {
            return refused("the proof is none of SCRAM");
        }
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= signature[i];
        }
        boolean right = MessageDigest.isEqual(scram.hash().digest(proof), found.storedKey());
        if (!right || !known) {
            return refused("user name or password is wrong");
        }
        byte[] ours = scram.hash().mac(found.serverKey(), said);
        return new EnhancedAuthenticator.Success(userName, bytes("v=" + base64(ours)));
    }

    private EnhancedAuthenticator.Failure refused(String detail) {
        return new EnhancedAuthenticator.Failure(userName, ReasonCode.NOT_AUTHORIZED, detail);
    }

    /** Null unless every equals sign is the beginning of one of the two escapes. */
    private static @Nullable String name(String escaped) {
        String rest = escaped.replace("=2C", "").replace("=3D", "");
        return rest.indexOf('=') >= 0 ? null : escaped.replace("=2C", ",").replace("=3D", "=");
    }

    private static boolean isNonce(String field) {
        return field.startsWith("r=")
                && field.length() > 2
                && field.chars().allMatch(c -> c > 0x20 && c < 0x7F);
    }

    private static byte @Nullable [] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException noBase64) {
            return null;
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
