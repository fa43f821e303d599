package io.robustmq.journal;

import io.robustmq.telemetry.event.JournalEvent;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Indexes of sealed segments: read, or made again from the records. Any thread. */
final class IndexRebuild {
    private IndexRebuild() {}

    /** Its blocks; the keys may stay where they are. */
    static SegmentIndex read(Home home, Segment segment) throws IOException {
        try {
            return IndexFile.readBlocks(home.disk(), segment);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            if (segment.isRemoved()) {
                throw e;
            }
            return rebuilt(home, segment, e);
        }
    }

    static String why(Path path, IOException e) {
        return switch (e) {
            case CorruptJournalException damaged -> damaged.detail();
            case NoSuchFileException missing -> path.getFileName() + " is missing";
            case IOException other -> "cannot be read: " + other.getMessage();
        };
    }

    static SegmentIndex rebuilt(Home home, Segment segment, IOException why) throws IOException {
        SegmentIndex index;
        try (DiskFile file = home.node().handles().of(segment)) {
            index = new SegmentCheck(file, segment.header, false).check().index();
        }
        keep(home, segment, index);
        report(home, segment, why(IndexFile.path(segment.path), why));
        return index;
    }

    static void report(Home home, Segment segment, String why) {
        home.events()
                .emit(
                        new JournalEvent.IndexRebuilt(
                                home.shard(), IndexFile.path(segment.path).toString(), why));
    }

    /** The segment takes no more records: its index goes into a file. */
    static void finish(Home home, Segment sealed) {
        SegmentIndex index = sealed.growing();
        if (index != null) {
            keep(home, sealed, index);
            sealed.finished();
        }
    }

    /** Without it the index is made again when it is needed next. */
    static void keep(Home home, Segment segment, SegmentIndex index) {
        try {
            IndexFile.write(home.disk(), segment, index);
        } catch (IOException e) {
            discard(home, segment);
        }
    }

    static void discard(Home home, Segment segment) {
        try {
            home.disk().delete(IndexFile.path(segment.path));
        } catch (IOException e) {
            // one that is not whole fails its check
        }
    }
}
