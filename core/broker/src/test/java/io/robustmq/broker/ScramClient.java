package io.robustmq.broker;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** The client's side of SCRAM, for tests. */
final class ScramClient {
    private final Scram.Hash hash;
    private final String password;
    private final String firstBare;
    private final String header;
    private String serverSignature = "";

    ScramClient(Scram.Hash hash, String header, String userName, String password, String nonce) {
        this.hash = hash;
        this.header = header;
        this.password = password;
        this.firstBare = "n=" + userName + ",r=" + nonce;
    }

    static byte[] saltedPassword(Scram.Hash hash, String password, byte[] salt, int iterations)
            throws Exception {
        int bits = hash == Scram.Hash.SHA_256 ? 256 : 512;
        String name = "PBKDF2WithHmacSHA" + bits;
        PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, bits);
        return SecretKeyFactory.getInstance(name).generateSecret(spec).getEncoded();
    }

    static Scram.Keys keys(Scram.Hash hash, String password, String salt, int iterations)
            throws Exception {
        byte[] bytes = Base64.getDecoder().decode(salt);
        byte[] salted = saltedPassword(hash, password, bytes, iterations);
        return Scram.Keys.of(hash, salted, bytes, iterations);
    }

    byte[] first() {
        return utf8(header + firstBare);
    }

    byte[] last(byte[] challenge) throws Exception {
        String said = new String(challenge, StandardCharsets.UTF_8);
        Map<String, String> fields = new HashMap<>();
        for (String field : said.split(",")) {
            fields.put(field.substring(0, 1), field.substring(2));
        }
        byte[] salt = Base64.getDecoder().decode(fields.get("s"));
        int iterations = Integer.parseInt(fields.get("i"));
        byte[] salted = saltedPassword(hash, password, salt, iterations);
        String withoutProof = "c=" + base64(utf8(header)) + ",r=" + fields.get("r");
        byte[] all = utf8(firstBare + "," + said + "," + withoutProof);
        byte[] proof = hash.mac(salted, utf8("Client Key"));
        byte[] signature = hash.mac(hash.digest(proof.clone()), all);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= signature[i];
        }
        serverSignature = "v=" + base64(hash.mac(hash.mac(salted, utf8("Server Key")), all));
        return utf8(withoutProof + ",p=" + base64(proof));
    }

    /** What the server must have said. */
    String serverSignature() {
        return serverSignature;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
