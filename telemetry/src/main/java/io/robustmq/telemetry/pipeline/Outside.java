package io.robustmq.telemetry.pipeline;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** What the pipeline touches of the world that tests want to be another. */
record Outside(
        OutputStream console,
        Function<Path, LogDirectory> directories,
        Supplier<RandomGenerator> chance) {
    static Outside real() {
        return with(new FileOutputStream(FileDescriptor.out));
    }

    /** The real world, but for its console. */
    static Outside with(OutputStream console) {
        return new Outside(console, LogDirectory::on, ThreadLocalRandom::current);
    }
}
