package io.robustmq.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that others change. Asked every few seconds; it is looked at by name, so a file, or a
 * link, that takes its place is seen as well as one that is written to.
 *
 * <p>One that is written to in place is read when two looks in a row find it the same: not in the
 * middle of the writing. Belongs to one thread at a time.
 */
final class WatchedFile {
    /** File times may be as coarse as this; what changes within it may keep its time. */
    private static final long COARSE_MILLIS = 2_000;

    private final Path file;
    private final InstantSource clock;

    // what the last look found
    private @Nullable Stamp seen;
    private @Nullable Stamp settling;
    private byte @Nullable [] digest;
    private boolean mayHaveChangedUnseen;
    private @Nullable String failure;

    WatchedFile(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    /** What a look gives. */
    sealed interface Look {}

    record Unchanged() implements Look {}

    record Changed(List<String> lines) implements Look {}

    /** It cannot be read; told once for each reason. */
    record Unreadable(String why) implements Look {}

    private record Stamp(FileTime modified, long size, @Nullable Object key) {
        boolean isSameFile(Stamp other) {
            return key != null && key.equals(other.key);
        }
    }

    Path file() {
        return file;
    }

    /**
     * @param now whether it is read even if it seems to be the same, or being written
     */
    Look look(boolean now) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Stamp stamp =
                    new Stamp(
                            attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
            Stamp before = seen;
            boolean same = stamp.equals(before);
            if (same && !mayHaveChangedUnseen && !now) {
                settling = null;
                return new Unchanged();
            }
            boolean inPlace = !same && before != null && stamp.isSameFile(before);
            if (inPlace && !stamp.equals(settling) && !now) {
                settling = stamp;
                return new Unchanged();
            }
            return read(stamp);
        } catch (NoSuchFileException missing) {
            return unreadable("no such file");
        } catch (CharacterCodingException notText) {
            return unreadable("is not UTF-8");
        } catch (IOException other) {
            return unreadable("cannot be read: " + DataDirectory.reason(other));
        }
    }

    private Look read(Stamp stamp) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        byte[] found = digest(bytes);
        boolean same = digest != null && MessageDigest.isEqual(found, digest);
        seen = stamp;
        settling = null;
        failure = null;
        digest = found;
        mayHaveChangedUnseen = clock.millis() - stamp.modified.toMillis() < COARSE_MILLIS;
        return same ? new Unchanged() : new Changed(text.lines().toList());
    }

    private Look unreadable(String why) {
        boolean told = why.equals(failure);
        failure = why;
        seen = null;
        digest = null;
        return told ? new Unchanged() : new Unreadable(why);
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("the Java runtime has no SHA-256", missing);
        }
    }
}
