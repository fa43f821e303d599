package io.robustmq.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the clone is that these tests belong to. */
public final class Repository {
    private Repository() {}

    /** The build says it; an IDE does not, so there it is looked for upwards. */
    public static Path root() {
        String told = System.getProperty("robustmq.root");
        if (told != null) {
            return Path.of(told);
        }
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("core"))
                || !Files.isDirectory(folder.resolve("telemetry"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "not inside a clone: " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return folder;
    }
}
