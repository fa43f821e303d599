package io.robustmq.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A program that a test started. Its output is kept, at most {@link #MAX_LINES} lines of each
 * stream; it is ended by its process id at {@link #close}, and with the tests' JVM if that comes
 * first.
 */
public final class ChildProcess implements AutoCloseable {
    /** What comes after that is read and forgotten, so that the program never blocks. */
    static final int MAX_LINES = 200_000;

    private static final Duration STOPS_WITHIN = Duration.ofSeconds(15);
    private static final Duration RUNS_WITHIN = Duration.ofSeconds(30);

    private final String name;
    private final Process process;
    private final Thread lastResort;
    private final Lines out = new Lines();
    private final Lines err = new Lines();
    private final Thread readsOut;
    private final Thread readsErr;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
        lastResort = new Thread(process::destroyForcibly, "end-" + name);
        readsOut = Thread.ofVirtual().unstarted(() -> out.fill(process.getInputStream()));
        readsErr = Thread.ofVirtual().unstarted(() -> err.fill(process.getErrorStream()));
    }

    public static ChildProcess start(
            String name, Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        return start(name, folder, environment, command, "");
    }

    /** Gives the program {@code stdin} to read, and then the end of it. */
    public static ChildProcess start(
            String name,
            Path folder,
            Map<String, String> environment,
            List<String> command,
            String stdin)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        ChildProcess child = new ChildProcess(name, builder.start());
        Runtime.getRuntime().addShutdownHook(child.lastResort);
        child.readsOut.start();
        child.readsErr.start();
        try (OutputStream in = child.process.getOutputStream()) {
            in.write(stdin.getBytes(StandardCharsets.UTF_8));
        }
        return child;
    }

    /** Runs a program to its end, which has to be a good one. */
    public static void run(String... command) throws IOException, InterruptedException {
        String name = String.join(" ", command);
        try (ChildProcess child = start(name, Path.of("."), Map.of(), List.of(command))) {
            int exitCode = child.awaitExit(RUNS_WITHIN);
            if (exitCode != 0) {
                throw new AssertionError(name + " ended with " + exitCode + child.told());
            }
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Standard output so far. */
    public List<String> stdout() {
        return out.copy();
    }

    /** Standard error so far. */
    public List<String> stderr() {
        return err.copy();
    }

    /** The first line of standard output, also one from before, that is wanted. */
    public String awaitLine(String what, Duration limit, Predicate<String> wanted)
            throws Exception {
        return Await.until(
                name + " prints " + what,
                limit,
                () -> {
                    boolean ended = !process.isAlive();
                    var line = out.copy().stream().filter(wanted).findFirst();
                    if (line.isEmpty() && ended && !readsOut.isAlive() && !readsErr.isAlive()) {
                        throw new AssertionError(name + " ended without " + what + ": " + told());
                    }
                    return line;
                },
                this::told);
    }

    /** Waits for the program's own end and gives its exit code. */
    public int awaitExit(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(
                    name + " still runs after " + limit.toSeconds() + " s: " + told());
        }
        readsOut.join(limit);
        readsErr.join(limit);
        return process.exitValue();
    }

    /** Such as STOP or CONT. */
    public void signal(String signal) throws IOException, InterruptedException {
        run("kill", "-" + signal, "" + pid());
    }

    /** SIGKILL: the end of a program that has no chance to say goodbye. */
    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, and SIGKILL if that does not end it. */
    @Override
    public void close() {
        terminate();
        try {
            if (!process.waitFor(STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                process.waitFor();
            }
            readsOut.join(STOPS_WITHIN);
            readsErr.join(STOPS_WITHIN);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(lastResort);
        } catch (IllegalStateException e) {
            // the JVM ends already and runs the hook
        }
    }

    /** Asks it to end, and does not wait. */
    void terminate() {
        // the process's own destroy() would close the streams and its last words be lost
        process.toHandle().destroy();
    }

    /** The end of both streams, for the message of a failure. */
    String told() {
        return "\n--- stdout\n" + tail(out.copy()) + "\n--- stderr\n" + tail(err.copy());
    }

    private static String tail(List<String> lines) {
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private static final class Lines {
        private final List<String> kept = new ArrayList<>();

        void fill(InputStream from) {
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    synchronized (kept) {
                        if (kept.size() < MAX_LINES) {
                            kept.add(line);
                        }
                    }
                }
            } catch (IOException e) {
                // the program ended and took the pipe along
            }
        }

        List<String> copy() {
            synchronized (kept) {
                return List.copyOf(kept);
            }
        }
    }
}
