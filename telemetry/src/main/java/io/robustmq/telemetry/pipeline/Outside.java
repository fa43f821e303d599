package io.robustmq.telemetry.pipeline;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.function.Function;

/** What the pipeline touches of the world that tests want to be another. */
record Outside(OutputStream console, Function<Path, LogDirectory> directories) {
    static Outside real() {
        return new Outside(new FileOutputStream(FileDescriptor.out), LogDirectory::on);
    }
}
