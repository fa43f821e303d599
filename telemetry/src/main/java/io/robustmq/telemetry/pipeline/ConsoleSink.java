package io.robustmq.telemetry.pipeline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Standard output. Somebody who stops reading it stops this sink only. */
final class ConsoleSink implements Sink<FlatRecord> {
    private final Lines lines;
    private final OutputStream out;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream(16 * 1024);

    ConsoleSink(PipelineSettings.Format format, OutputStream out) {
        this.lines =
                switch (format) {
                    case HUMAN -> new HumanLines();
                    case JSON -> new JsonLines();
                };
        this.out = out;
    }

    @Override
    public String name() {
        return "console";
    }

    @Override
    public String endpoint() {
        return "stdout";
    }

    @Override
    public void ship(List<FlatRecord> batch) throws IOException {
        text.reset();
        lines.append(batch, text);
        text.writeTo(out);
        out.flush();
    }

    @Override
    public void close() {
        // standard output is the process's, not ours
    }
}
