package io.robustmq.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/** JSON that is read as a whole: one value in UTF-8, no name twice, nested to a limit. */
final class JsonTree {
    /** Whoever walks over it does so by recursion. */
    static final int MAX_DEPTH = 100;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();

    private JsonTree() {}

    /**
     * @throws IOException if it is none
     */
    static JsonNode read(byte[] utf8) throws IOException {
        CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
        return read(
                MAPPER.createParser(
                        text.array(), text.arrayOffset() + text.position(), text.remaining()));
    }

    /**
     * @throws IOException if it is none
     */
    static JsonNode read(String text) throws IOException {
        return read(MAPPER.createParser(text));
    }

    private static JsonNode read(JsonParser parser) throws IOException {
        try (parser) {
            JsonNode read = MAPPER.readTree(parser);
            if (read == null || read.isMissingNode()) {
                throw new IOException("it is empty");
            }
            return read;
        }
    }
}
