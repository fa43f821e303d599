package io.robustmq.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Users and their password hashes, as mosquitto_passwd writes them: {@code name:$7$…}. */
final class PasswordFile {
    private PasswordFile() {}

    /** What reading it gave. */
    sealed interface Outcome {}

    record Loaded(Users users) implements Outcome {}

    /** Every problem there is, never none. */
    record Wrong(List<ConfigProblem> problems) implements Outcome {}

    /** Empty, or a comment. */
    static boolean isNoUser(String line) {
        return line.isBlank() || line.startsWith("#");
    }

    static Outcome parse(Path file, List<String> lines) {
        Map<String, PasswordHash> users = new HashMap<>();
        List<ConfigProblem> problems = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (isNoUser(line)) {
                continue;
            }
            String source = file + ":" + (i + 1);
            int colon = line.indexOf(':');
            if (colon < 1) {
                problems.add(
                        new ConfigProblem(source, "", "must be name:hash, has no name and colon"));
                continue;
            }
            String name = line.substring(0, colon);
            PasswordHash hash = PasswordHash.parse(line.substring(colon + 1).strip());
            if (hash == null) {
                // not shown: it may be a password in plain text
                problems.add(
                        new ConfigProblem(
                                source,
                                "",
                                "the hash of "
                                        + name
                                        + " must be $7$iterations$salt$hash (PBKDF2-SHA512), as mosquitto_passwd writes it"));
            } else if (users.put(name, hash) != null) {
                problems.add(new ConfigProblem(source, "", name + " is there twice"));
            }
        }
        return problems.isEmpty() ? new Loaded(new Users(users)) : new Wrong(List.copyOf(problems));
    }
}
