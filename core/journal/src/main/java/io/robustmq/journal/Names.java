package io.robustmq.journal;

import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** How files and directories are named: 20 digits of an offset and a suffix, in a shard's name. */
final class Names {
    static final String SEGMENT = ".seg";
    static final String INDEX = ".idx";
    static final String SNAPSHOT = ".snap";

    /** Of a file that is not whole yet; left over after a crash. */
    static final String UNFINISHED = ".tmp";

    /** Of a directory; no shard's name has capitals. */
    static final String LOCK = "LOCK";

    /** Before the name of a shard that is being deleted. */
    static final String DELETED = "DELETED-";

    /** A directory in a shard's, for files that were moved out of the way. */
    static final String ASIDE = "damaged";

    private static final int DIGITS = 20;
    private static final Pattern SHARD = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");

    private Names() {}

    static boolean isShard(String name) {
        return SHARD.matcher(name).matches();
    }

    static void checkShard(String name) {
        if (!isShard(name)) {
            throw new IllegalArgumentException(
                    "a shard's name must match " + SHARD.pattern() + ", was \"" + name + '"');
        }
    }

    static Path file(Path directory, long offset, String suffix) {
        return directory.resolve(String.format(Locale.ROOT, "%020d", offset) + suffix);
    }

    /** The offset in the name of a file with {@code suffix}; empty for any other file. */
    static OptionalLong offset(Path path, String suffix) {
        String name = name(path);
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return OptionalLong.empty();
        }
        String digits = name.substring(0, DIGITS);
        if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(digits));
        } catch (NumberFormatException pastLong) {
            return OptionalLong.empty();
        }
    }

    static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
