package io.robustmq.server;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** JSON by its grammar, some of it damaged, and plain bytes. */
final class Payloads {
    private static final String[] WORDS = {
        "celsius",
        "place",
        "before",
        "a",
        "b",
        "",
        "\\u0000",
        "~/",
        "é",
        "\\ud83d\\ude00",
        "\\ud800"
    };

    private static final String[] VALUES = {
        "0",
        "-0.0",
        "3",
        "-274",
        "1e2",
        "1e999",
        "-1e999",
        "1.5e-400",
        "0.07",
        "true",
        "null",
        "123456789012345678901234567890",
        "\"x\"",
        "\"\"",
        "{}",
        "[]",
        "01",
        "tru",
        "\"\\x\""
    };

    private Payloads() {}

    static byte[] random(Random random) {
        if (random.nextInt(10) == 0) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            return bytes;
        }
        StringBuilder text = new StringBuilder();
        value(random, text, 0);
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(4) == 0 && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static void value(Random random, StringBuilder text, int depth) {
        int kind = depth > 6 ? 0 : random.nextInt(3);
        if (kind == 0) {
            text.append(VALUES[random.nextInt(VALUES.length)]);
            return;
        }
        text.append(kind == 1 ? '{' : '[');
        int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            text.append(i == 0 ? "" : ",");
            if (kind == 1) {
                text.append('"').append(WORDS[random.nextInt(WORDS.length)]).append("\":");
            }
            value(random, text, depth + 1);
        }
        text.append(kind == 1 ? '}' : ']');
    }
}
