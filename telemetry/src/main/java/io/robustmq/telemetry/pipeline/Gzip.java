package io.robustmq.telemetry.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** Compresses quickly rather than well: records repeat themselves, any level finds that. */
final class Gzip extends GZIPOutputStream {
    private static final int BUFFER = 8192;

    Gzip(OutputStream to) throws IOException {
        super(to, BUFFER);
        def.setLevel(Deflater.BEST_SPEED);
    }
}
