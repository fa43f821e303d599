package io.robustmq.server;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where an administrator's command has a password from: never from its arguments. */
final class PasswordPrompt {
    /** MQTT's limit. */
    private static final int MAX_BYTES = 65_535;

    private final InputStream in;
    private final @Nullable Console terminal;

    /**
     * @param terminal null if nobody sits there
     */
    PasswordPrompt(InputStream in, @Nullable Console terminal) {
        this.in = in;
        this.terminal = terminal;
    }

    /**
     * The first line of standard input.
     *
     * @throws IOException also if there is none that is a password
     */
    byte[] fromStandardInput() throws IOException {
        byte[] all = in.readNBytes(MAX_BYTES + 2);
        int end = 0;
        while (end < all.length && all[end] != '\n') {
            end++;
        }
        if (end > 0 && all[end - 1] == '\r') {
            end--;
        }
        return checked(Arrays.copyOf(all, end));
    }

    /**
     * Asks, without showing what is typed.
     *
     * @param twice to be sure of a new one
     * @throws IOException also if nobody can be asked, or what they typed is no password
     */
    byte[] ask(String what, boolean twice) throws IOException {
        Console console = terminal;
        if (console == null) {
            throw new IOException(
                    "there is no terminal to ask for the password: use --password-stdin");
        }
        byte[] typed = typed(console, what);
        if (twice && !Arrays.equals(typed, typed(console, what + ", again"))) {
            throw new IOException("the two passwords differ, nothing was changed");
        }
        return checked(typed);
    }

    private static byte[] typed(Console console, String what) throws IOException {
        char[] typed = console.readPassword("%s: ", what);
        if (typed == null) {
            throw new IOException("no password was given");
        }
        ByteBuffer utf8 = StandardCharsets.UTF_8.encode(CharBuffer.wrap(typed));
        Arrays.fill(typed, '\0');
        byte[] bytes = new byte[utf8.remaining()];
        utf8.get(bytes);
        return bytes;
    }

    private static byte[] checked(byte[] password) throws IOException {
        if (password.length == 0) {
            throw new IOException("the password is empty");
        }
        if (password.length > MAX_BYTES) {
            throw new IOException("the password has more than " + MAX_BYTES + " bytes");
        }
        return password;
    }
}
