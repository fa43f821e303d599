package io.robustmq.server;

import io.robustmq.journal.Finding;
import io.robustmq.journal.Finding.Repair;
import io.robustmq.journal.JournalInUseException;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.OfflineJournal;
import io.robustmq.journal.OfflineJournal.RecordFacts;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code robustmq journal inspect|verify|repair}: for a journal that no process has open. */
final class JournalTool {
    private final JournalArguments arguments;
    private final PrintStream err;
    private final JournalReport to;

    JournalTool(JournalArguments arguments, PrintStream out, PrintStream err) {
        this.arguments = arguments;
        this.err = err;
        this.to = arguments.json() ? new JournalReportJson(out) : new JournalReportText(out);
    }

    ExitCode run() {
        Path directory = journalIn(arguments.directory());
        try (OfflineJournal journal = new OfflineJournal(directory, new LocalDisk())) {
            journal.open();
            List<String> shards =
                    arguments.shard() == null ? journal.shardNames() : List.of(arguments.shard());
            to.begin(directory);
            ExitCode code =
                    switch (arguments.action()) {
                        case INSPECT -> inspect(journal, shards);
                        case VERIFY -> verify(journal, shards);
                        case REPAIR -> repair(journal, shards);
                    };
            to.end();
            return code;
        } catch (IllegalArgumentException wrongName) {
            return wrong(err, ExitCode.USAGE, String.valueOf(wrongName.getMessage()));
        } catch (IOException unreadable) {
            return failed(unreadable, err);
        }
    }

    /** Says why the files of a journal cannot be looked at. */
    static ExitCode failed(IOException why, PrintStream err) {
        return switch (why) {
            case JournalInUseException inUse ->
                    wrong(err, ExitCode.CANNOT_CREATE, String.valueOf(inUse.getMessage()));
            case NoSuchFileException missing -> {
                String reason = missing.getReason();
                yield wrong(
                        err,
                        ExitCode.NO_INPUT,
                        missing.getFile() + ": " + (reason == null ? "no such folder" : reason));
            }
            case NotDirectoryException file ->
                    wrong(err, ExitCode.NO_INPUT, file.getFile() + ": not a folder");
            case IOException unreadable ->
                    wrong(err, ExitCode.INPUT_OUTPUT, DataDirectory.reason(unreadable));
        };
    }

    /** A data directory has its journal in a folder of that name. */
    private static Path journalIn(Path said) {
        Path inside = said.resolve("journal");
        return Files.exists(inside.resolve("LOCK")) ? inside : said;
    }

    private static ExitCode wrong(PrintStream err, ExitCode code, String line) {
        err.println("robustmq: " + line);
        return code;
    }

    private ExitCode inspect(OfflineJournal journal, List<String> shards) throws IOException {
        for (String shard : shards) {
            List<RecordFacts> records = new ArrayList<>();
            if (arguments.records() > 0) {
                journal.records(
                        shard,
                        0,
                        record -> {
                            records.add(record);
                            return records.size() < arguments.records();
                        });
            }
            to.shard(journal.inspect(shard), records);
        }
        return ExitCode.OK;
    }

    private ExitCode verify(OfflineJournal journal, List<String> shards) throws IOException {
        int findings = 0;
        for (String shard : shards) {
            for (Finding finding : journal.verify(shard)) {
                to.finding(finding, JournalReport.Done.NOTHING);
                findings++;
            }
        }
        to.verified(shards.size(), findings);
        return findings == 0 ? ExitCode.OK : ExitCode.FOUND;
    }

    private ExitCode repair(OfflineJournal journal, List<String> shards) throws IOException {
        int repaired = 0;
        int left = 0;
        for (String shard : shards) {
            for (Finding finding : journal.verify(shard)) {
                if (finding.kind().repair() == Repair.NONE) {
                    to.finding(finding, JournalReport.Done.NOTHING);
                    left++;
                } else if (!arguments.yes()) {
                    to.finding(finding, JournalReport.Done.WOULD_BE);
                    left++;
                } else {
                    journal.repair(finding);
                    to.finding(finding, JournalReport.Done.DONE);
                    repaired++;
                }
            }
        }
        to.repaired(repaired, left, arguments.yes());
        return left == 0 ? ExitCode.OK : ExitCode.FOUND;
    }
}
