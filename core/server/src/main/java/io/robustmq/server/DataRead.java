package io.robustmq.server;

import io.robustmq.journal.CorruptJournalException;
import io.robustmq.journal.RawFrames;
import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Region;
import io.robustmq.journal.Shard;
import io.robustmq.server.DataWire.Code;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Finds where in a shard's files the frames are that a client wants. Waits for the disk. */
final class DataRead {
    private DataRead() {}

    /** What there is. */
    sealed interface Found {
        /** When it is not sent after all. */
        void close();
    }

    /** To be closed, or sent, which closes it. */
    record Frames(Region region, int salt) implements Found {
        @Override
        public void close() {
            try {
                region.close();
            } catch (IOException ignored) {
                // it was read only
            }
        }
    }

    /** No record yet. */
    record Nothing(long nextOffset) implements Found {
        @Override
        public void close() {}
    }

    /**
     * @param goOnAt for {@link Code#DAMAGED}
     */
    record Unreadable(Code code, String detail, long goOnAt) implements Found {
        @Override
        public void close() {}
    }

    static Found frames(Shard shard, long from, int maxBytes) {
        long wanted = Math.max(from, shard.firstOffset());
        long next = shard.nextOffset();
        if (from > next) {
            return new Unreadable(
                    Code.OFFSET_OUT_OF_RANGE,
                    "offset " + from + " of shard \"" + shard.name() + "\", the next is " + next,
                    -1);
        }
        try {
            Region region = shard.region(wanted, maxBytes);
            return region == null ? missing(shard, wanted) : salted(region);
        } catch (CorruptJournalException damaged) {
            return damaged(shard, wanted, damaged);
        } catch (IOException unreadable) {
            return unreadable(unreadable);
        }
    }

    private static Found salted(Region region) {
        try {
            return new Frames(region, RawFrames.salt(region));
        } catch (IOException unreadable) {
            new Frames(region, 0).close();
            return unreadable(unreadable);
        }
    }

    /** No region: there is no such record yet, or retention took it, or its file is gone. */
    private static Found missing(Shard shard, long from) throws IOException {
        Gap gap = new Gap();
        shard.read(from, gap);
        return gap.to < 0
                ? new Nothing(from)
                : new Unreadable(
                        Code.DAMAGED,
                        "records " + from + " to " + (gap.to - 1) + " are not there: " + gap.why,
                        gap.to);
    }

    private static Found damaged(Shard shard, long from, CorruptJournalException why) {
        Gap gap = new Gap();
        try {
            shard.read(from, gap);
        } catch (IOException unreadable) {
            return unreadable(unreadable);
        }
        return new Unreadable(Code.DAMAGED, String.valueOf(why.getMessage()), gap.to);
    }

    private static Found unreadable(IOException why) {
        return new Unreadable(DataAppend.codeOf(why), String.valueOf(why.getMessage()), -1);
    }

    /** Looks how far the records are that cannot be read, if the first one cannot. */
    private static final class Gap implements RecordReader {
        private long to = -1;
        private String why = "";

        @Override
        public boolean record(long offset, long epochMillis, ByteBuffer payload) {
            return false;
        }

        @Override
        public boolean gap(long fromOffset, long toOffset, IOException reason) {
            to = toOffset;
            why = String.valueOf(reason.getMessage());
            return false;
        }
    }
}
