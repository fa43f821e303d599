package io.robustmq.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a caller of {@code /api/} must know: the text in a file that only the node's user can read.
 * Immutable.
 */
final class AdminToken {
    static final String FILE = "admin-token";

    /** Shorter ones can be guessed. */
    private static final int MIN_CHARACTERS = 16;

    private static final int RANDOM_BYTES = 32;
    private static final String SCHEME = "Bearer ";

    private final Path file;
    private final byte[] token;
    private final boolean isNew;

    private AdminToken(Path file, String token, boolean isNew) {
        this.file = file;
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.isNew = isNew;
    }

    /** The one in {@code directory}, which is made if it is missing. */
    static AdminToken in(Path directory, RandomGenerator random) throws IOException {
        Path file = directory.resolve(FILE);
        String kept = read(file);
        if (kept != null) {
            PrivateFile.restrict(file);
            return new AdminToken(file, kept, false);
        }
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String made = HexFormat.of().formatHex(bytes);
        PrivateFile.write(file, made + "\n");
        return new AdminToken(file, made, true);
    }

    /**
     * The text in {@code file}; null if there is no such file.
     *
     * @throws IOException also if it is too short to keep anybody out
     */
    static @Nullable String read(Path file) throws IOException {
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (NoSuchFileException none) {
            return null;
        }
        if (text.length() < MIN_CHARACTERS) {
            throw new IOException(
                    file
                            + " must hold at least "
                            + MIN_CHARACTERS
                            + " characters, has "
                            + text.length()
                            + "; without the file one is made");
        }
        return text;
    }

    /** Whether it was made now. */
    boolean isNew() {
        return isNew;
    }

    Path file() {
        return file;
    }

    /** What the header Authorization must be. */
    static String authorization(String token) {
        return SCHEME + token;
    }

    /**
     * Why somebody may not; null if they may.
     *
     * @param authorization the header of that name, null if there is none
     */
    @Nullable String refusal(@Nullable String authorization) {
        if (authorization == null) {
            return "this needs the header Authorization: Bearer <token>, the token is in the node's file "
                    + FILE
                    + " in its data directory";
        }
        if (!authorization.startsWith(SCHEME)) {
            return "the header Authorization must be Bearer <token>, was of another scheme";
        }
        byte[] said = authorization.substring(SCHEME.length()).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(said, token)
                ? null
                : "the token is not that of this node, which is in its file "
                        + FILE
                        + " in its data directory";
    }
}
