package io.robustmq.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A password file as an administrator changes it: one at a time, and whoever reads it meanwhile
 * sees all of a change or none. Comments, and what others wrote, stay.
 */
final class UsersFile {
    private final Path file;

    UsersFile(Path file) {
        this.file = file;
    }

    /** What became of it. */
    sealed interface Outcome {}

    record Done(int users) implements Outcome {}

    /** The file is as it was. */
    record Refused(String why) implements Outcome {}

    record Wrong(List<ConfigProblem> problems) implements Outcome {}

    /** A change of one user's line. */
    private interface Change {
        /**
         * @param at where in {@code lines} the user is, -1 if nowhere
         * @return why not; null if {@code lines} are changed
         */
        @Nullable String of(List<String> lines, int at);
    }

    Outcome add(String name, PasswordHash hash) throws IOException {
        return change(
                name,
                (lines, at) -> {
                    if (at >= 0) {
                        return name
                                + " is there already; robustmq users passwd gives another password";
                    }
                    lines.add(line(name, hash));
                    return null;
                });
    }

    Outcome setPassword(String name, PasswordHash hash) throws IOException {
        return change(
                name,
                (lines, at) -> {
                    if (at < 0) {
                        return "there is no user " + name;
                    }
                    lines.set(at, line(name, hash));
                    return null;
                });
    }

    Outcome remove(String name) throws IOException {
        return change(
                name,
                (lines, at) -> {
                    if (at < 0) {
                        return "there is no user " + name;
                    }
                    lines.remove(at);
                    return null;
                });
    }

    /** Of a password file. */
    static String line(String name, PasswordHash hash) {
        return name + ":" + hash.text();
    }

    private Outcome change(String name, Change change) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            return new Refused("there is no folder " + folder);
        }
        try (Closeable lock = PrivateFile.lock(file.resolveSibling(file.getFileName() + ".lock"))) {
            List<String> lines = Files.exists(file) ? new ArrayList<>(lines()) : new ArrayList<>();
            if (PasswordFile.parse(file, lines) instanceof PasswordFile.Wrong wrong) {
                return new Wrong(wrong.problems());
            }
            String why = change.of(lines, indexOf(name, lines));
            if (why != null) {
                return new Refused(why);
            }
            PrivateFile.write(file, String.join("\n", lines) + (lines.isEmpty() ? "" : "\n"));
            return new Done(names(lines).size());
        }
    }

    List<String> lines() throws IOException {
        return Files.readAllLines(file);
    }

    static List<String> names(List<String> lines) {
        return lines.stream()
                .filter(line -> !PasswordFile.isNoUser(line))
                .map(line -> line.substring(0, Math.max(0, line.indexOf(':'))))
                .toList();
    }

    private static int indexOf(String name, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!PasswordFile.isNoUser(line) && line.startsWith(name + ":")) {
                return i;
            }
        }
        return -1;
    }
}
