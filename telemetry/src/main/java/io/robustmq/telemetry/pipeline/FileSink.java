package io.robustmq.telemetry.pipeline;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PipelineEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files of JSON lines, {@code <prefix>-<UTC day>.<n>.log}: a new one each day and whenever the size
 * limit would be passed. A write that fails is cut off before it is tried again, so that a file
 * holds whole lines, each once.
 */
final class FileSink implements Sink<FlatRecord> {
    private final PipelineSettings.RollingFile settings;
    private final LogDirectory directory;
    private final Events own;
    private final JsonLines lines = new JsonLines();
    private final Pattern name;

    // for the current file
    private LocalDate day = LocalDate.EPOCH;
    private int number;
    private long size;
    private LogDirectory.@Nullable Appender appender;

    // for the current batch: what of it has been written, and is not again when it is retried
    private int written;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream(64 * 1024);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(1024);

    FileSink(PipelineSettings.RollingFile settings, LogDirectory directory, Events own) {
        this.settings = settings;
        this.directory = directory;
        this.own = own;
        this.name =
                Pattern.compile(
                        Pattern.quote(settings.prefix())
                                + "-(\\d{4}-\\d{2}-\\d{2})\\.(\\d{1,9})\\.log");
    }

    @Override
    public String name() {
        return "file";
    }

    @Override
    public String endpoint() {
        return settings.directory().resolve(settings.prefix() + "-*.log").toString();
    }

    @Override
    public void ship(List<FlatRecord> batch) throws IOException {
        try {
            int formatted = written;
            pending.reset();
            while (formatted < batch.size()) {
                FlatRecord record = batch.get(formatted);
                line.reset();
                lines.append(List.of(record), line);
                LocalDate recordDay = Timestamps.day(record.time());
                if (mustRoll(recordDay)) {
                    writePending(formatted);
                    roll(recordDay);
                }
                line.writeTo(pending);
                formatted++;
            }
            writePending(formatted);
            written = 0;
        } catch (IOException e) {
            release();
            throw e;
        }
    }

    private boolean mustRoll(LocalDate recordDay) {
        long sizeThen = size + pending.size() + line.size();
        return recordDay.isAfter(day)
                || sizeThen > settings.maxSizeBytes() && sizeThen > line.size();
    }

    private void writePending(int upTo) throws IOException {
        if (pending.size() > 0) {
            LogDirectory.Appender open = appender;
            if (open == null) {
                // shorter if somebody made room by deleting it
                size = Math.min(size, directory.size(fileName(day, number)));
                open = directory.open(fileName(day, number), size);
                appender = open;
            }
            open.write(ByteBuffer.wrap(pending.toByteArray()));
            size += pending.size();
            pending.reset();
        }
        written = upTo;
    }

    /**
     * Goes on with the day's last file if there is one with room, and whole; else begins the next.
     */
    private void roll(LocalDate newDay) throws IOException {
        String finished = appender == null ? "" : fileName(day, number);
        long finishedSize = size;
        release();
        int last = 0;
        for (String file : directory.names()) {
            Matcher ours = name.matcher(file);
            LocalDate fileDay = ours.matches() ? parsed(ours.group(1)) : null;
            if (fileDay == null) {
                continue;
            }
            if (fileDay.equals(newDay)) {
                last = Math.max(last, Integer.parseInt(ours.group(2)));
            } else if (fileDay.isBefore(newDay.minusDays(settings.keepDays()))) {
                directory.delete(file);
            }
        }
        boolean onwards = !finished.isEmpty() && !newDay.isAfter(day);
        LocalDate nextDay = newDay.isAfter(day) ? newDay : day;
        int next = Math.max(1, last);
        long nextSize = directory.size(fileName(nextDay, next));
        boolean full = nextSize > 0 && nextSize + line.size() > settings.maxSizeBytes();
        boolean torn = nextSize > 0 && !directory.isWhole(fileName(nextDay, next));
        if (onwards || full || torn) {
            next++;
            nextSize = 0;
        }
        day = nextDay;
        number = next;
        size = nextSize;
        if (!finished.isEmpty()) {
            own.emit(new PipelineEvent.FileRolled(finished, finishedSize));
        }
    }

    private String fileName(LocalDate ofDay, int n) {
        return settings.prefix() + "-" + ofDay + "." + n + ".log";
    }

    private static @Nullable LocalDate parsed(String day) {
        try {
            return LocalDate.parse(day);
        } catch (DateTimeParseException e) {
            return null; // somebody else's file
        }
    }

    private void release() {
        LogDirectory.Appender open = appender;
        appender = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // what was written is there or was reported; there is nothing more to lose
            }
        }
    }

    @Override
    public void close() {
        release();
    }
}
