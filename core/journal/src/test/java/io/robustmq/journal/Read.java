package io.robustmq.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a reading came to: records, and gaps such as {@code 3-6}. */
final class Read implements RecordReader {
    private final List<Long> offsets = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();

    static Read all(Shard shard) throws IOException {
        Read read = new Read();
        shard.read(0, read);
        return read;
    }

    @Override
    public boolean record(long offset, long epochMillis, ByteBuffer payload) {
        offsets.add(offset);
        texts.add(Shards.text(payload));
        return true;
    }

    @Override
    public boolean gap(long fromOffset, long toOffset, IOException why) {
        gaps.add(fromOffset + "-" + toOffset);
        return true;
    }

    List<Long> offsets() {
        return offsets;
    }

    List<String> texts() {
        return texts;
    }

    List<String> gaps() {
        return gaps;
    }
}
