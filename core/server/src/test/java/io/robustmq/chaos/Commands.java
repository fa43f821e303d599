package io.robustmq.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of the machine that are run to their end. */
final class Commands {
    private Commands() {}

    /** Fails with what the program said. */
    static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = process.waitFor();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code + ": " + said);
        }
    }

    /** One that may fail, as when what it removes is not there. */
    static boolean succeeds(String... command) throws InterruptedException {
        try {
            run(command);
            return true;
        } catch (IOException failed) {
            return false;
        }
    }

    static void run(List<String> command) throws IOException, InterruptedException {
        run(command.toArray(String[]::new));
    }
}
