package io.robustmq.architecture.wrong.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Breaks the rule of its name. */
final class BrokerWritesFiles {
    void write(Path file) throws IOException {
        Files.writeString(file, "");
    }
}
