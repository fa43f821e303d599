package io.robustmq.telemetry.pipeline;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Replaces what names a person or device by the first 16 hex digits of its HMAC-SHA-256: the same
 * name gives the same digits, and nobody without the key can try out names. Any thread.
 */
final class Identities {
    private static final int MAX_REMEMBERED = 4096;
    private static final int DIGITS = 16;

    private final Mac mac;
    private final Map<String, String> remembered =
            new LinkedHashMap<>() {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
                    return size() > MAX_REMEMBERED;
                }
            };

    /**
     * @param salt the key; empty for one that nobody knows
     */
    Identities(Secret salt) {
        byte[] key = salt.value().getBytes(StandardCharsets.UTF_8);
        if (key.length == 0) {
            key = new byte[32];
            new SecureRandom().nextBytes(key);
        }
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    /** One for events and spans, so that a client is the same in both; null if none are hashed. */
    static @Nullable Identities of(PipelineSettings.Intake settings) {
        return settings.hashIdentities() ? new Identities(settings.hashSalt()) : null;
    }

    /** An unknown name stays unknown. */
    synchronized String hashed(String name) {
        return name.isEmpty() ? "" : remembered.computeIfAbsent(name, this::compute);
    }

    private String compute(String name) {
        byte[] digest = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest).substring(0, DIGITS);
    }
}
