package io.robustmq.server;

import io.robustmq.journal.Finding;
import io.robustmq.journal.OfflineJournal.RecordFacts;
import io.robustmq.journal.ShardReport;
import io.robustmq.journal.ShardReport.OfSegment;
import io.robustmq.journal.ShardReport.OfSnapshot;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** For people: one line for each thing. */
final class JournalReportText implements JournalReport {
    /** Of a payload. */
    private static final int SHOWN_BYTES = 64;

    private final PrintStream out;

    JournalReportText(PrintStream out) {
        this.out = out;
    }

    @Override
    public void begin(Path directory) {
        out.println(directory);
    }

    @Override
    public void shard(ShardReport report, List<RecordFacts> records) {
        long all = report.segments().stream().mapToLong(OfSegment::records).sum();
        out.println(
                report.shard()
                        + ": "
                        + counted(all, "record")
                        + " in "
                        + counted(report.segments().size(), "segment")
                        + ", "
                        + bytes(report.bytes()));
        report.segments().forEach(this::segment);
        report.snapshots().forEach(this::snapshot);
        records.forEach(this::record);
    }

    private void segment(OfSegment segment) {
        StringBuilder line = new StringBuilder("  ").append(segment.file().getFileName());
        if (!segment.problem().isEmpty()) {
            line.append("  unusable: ").append(segment.problem());
        } else {
            line.append("  ").append(counted(segment.records(), "record"));
            line.append(", next offset ").append(segment.nextOffset());
            line.append(", ").append(bytes(segment.bytes()));
            line.append(segment.sealed() ? ", sealed" : ", open");
            line.append(segment.index() ? ", index" : "");
            if (segment.records() > 0) {
                line.append(", ").append(Instant.ofEpochMilli(segment.firstMillis()));
                line.append(" to ").append(Instant.ofEpochMilli(segment.latestMillis()));
            }
        }
        out.println(line);
    }

    private void snapshot(OfSnapshot snapshot) {
        out.println(
                "  "
                        + snapshot.file().getFileName()
                        + "  snapshot of what is before offset "
                        + snapshot.offset()
                        + ", "
                        + bytes(snapshot.bytes())
                        + (snapshot.problem().isEmpty()
                                ? ""
                                : "  unusable: " + snapshot.problem()));
    }

    private void record(RecordFacts record) {
        String keys =
                Arrays.stream(record.keys())
                        .mapToObj(Integer::toHexString)
                        .collect(Collectors.joining(","));
        out.println(
                "  "
                        + record.offset()
                        + "  "
                        + Instant.ofEpochMilli(record.epochMillis())
                        + (keys.isEmpty() ? "" : "  keys " + keys)
                        + "  "
                        + counted(record.payload().length, "byte")
                        + "  "
                        + payload(record.payload()));
    }

    private static String payload(byte[] all) {
        String text = JournalReport.text(all);
        if (text != null) {
            return text.length() <= SHOWN_BYTES
                    ? '"' + text + '"'
                    : '"' + text.substring(0, SHOWN_BYTES) + "\"...";
        }
        return HexFormat.of().formatHex(all, 0, Math.min(all.length, SHOWN_BYTES))
                + (all.length > SHOWN_BYTES ? "..." : "");
    }

    @Override
    public void finding(Finding finding, Done done) {
        out.println(
                finding.file()
                        + ":"
                        + finding.position()
                        + ": "
                        + finding.kind().name().toLowerCase(Locale.ROOT)
                        + ": "
                        + finding.detail()
                        + "; "
                        + cost(finding));
        out.println("    " + finding.kind().advice());
        switch (done) {
            case NOTHING -> {}
            case WOULD_BE -> out.println("    Would be done: " + repair(finding) + ".");
            case DONE -> out.println("    Done: " + repair(finding) + ".");
        }
    }

    private static String cost(Finding finding) {
        return finding.lost() == 0
                ? "no record is lost"
                : counted(finding.lost(), "record")
                        + " lost, offsets "
                        + finding.firstLost()
                        + " to "
                        + (finding.afterLost() - 1);
    }

    private static String repair(Finding finding) {
        return switch (finding.kind().repair()) {
            case NONE -> "nothing";
            case CUT -> "cut at byte " + finding.position();
            case REBUILD_INDEX -> "made again from the records";
            case DELETE -> "deleted";
            case MOVE_ASIDE ->
                    "moved to "
                            + finding.file()
                                    .resolveSibling("damaged")
                                    .resolve(String.valueOf(finding.file().getFileName()));
        };
    }

    @Override
    public void verified(int shards, int findings) {
        out.println(counted(shards, "shard") + " verified, " + counted(findings, "finding"));
    }

    @Override
    public void repaired(int repaired, int left, boolean yes) {
        out.println(counted(repaired, "finding") + " repaired, " + left + " left");
        if (left > 0 && !yes) {
            out.println("nothing was changed; say --yes to have it done");
        }
    }

    @Override
    public void end() {
        out.flush();
    }

    private static String counted(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
