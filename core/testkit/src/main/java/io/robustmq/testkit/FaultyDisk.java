package io.robustmq.testkit;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * A disk that fails, or is slow, on demand, for one process: a small library, compiled here, stands
 * before the C library's calls. That gives errors which no file system of a test's can be brought
 * to.
 */
public final class FaultyDisk {
    private final Path library;
    private final Path control;
    private final Path below;

    private FaultyDisk(Path library, Path control, Path below) {
        this.library = library;
        this.control = control;
        this.below = below;
    }

    /** Files below that folder are on it. The scratch folder must be somewhere else. */
    public static FaultyDisk of(Path below, Path scratch) throws Exception {
        Path source = scratch.resolve("faultydisk.c");
        Path library = scratch.resolve("faultydisk.so");
        try (InputStream in = FaultyDisk.class.getResourceAsStream("faultydisk.c")) {
            Files.copy(Objects.requireNonNull(in), source, StandardCopyOption.REPLACE_EXISTING);
        }
        ChildProcess.run(
                Part.C_COMPILER.program("gcc").toString(),
                "-std=gnu11",
                "-O2",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-shared",
                "-fPIC",
                "-o",
                library.toString(),
                source.toString(),
                "-ldl");
        FaultyDisk disk = new FaultyDisk(library, scratch.resolve("control"), below);
        disk.heal();
        return disk;
    }

    /** Of the process whose disk it is. */
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", library.toString(),
                "FAULTY_CONTROL", control.toString(),
                "FAULTY_BELOW", below.toString());
    }

    /** An error's name, then the calls that get it: {@code EIO write sync}. */
    public void fail(String errorAndCalls) throws Exception {
        control(errorAndCalls);
    }

    /** Each sync takes so much longer. */
    public void slowSyncs(Duration longer) throws Exception {
        control(longer.toMillis() + " sync");
    }

    public void heal() throws Exception {
        control("");
    }

    private void control(String line) throws Exception {
        Path next = control.resolveSibling("control.next");
        Files.writeString(next, line);
        Files.move(next, control, StandardCopyOption.ATOMIC_MOVE);
    }
}
