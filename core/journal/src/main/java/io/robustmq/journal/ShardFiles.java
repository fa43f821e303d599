package io.robustmq.journal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which files an open shard has. Any thread. */
public final class ShardFiles {
    private ShardFiles() {}

    /**
     * One segment.
     *
     * @param baseOffset of its first record
     * @param nextOffset after its last acknowledged record
     * @param bytes header and acknowledged records
     * @param sealed whether it takes no more records
     */
    public record Facts(Path file, long baseOffset, long nextOffset, long bytes, boolean sealed) {}

    /** The oldest first. */
    public static List<Facts> segments(Shard shard) {
        List<Facts> facts = new ArrayList<>();
        @Nullable Segment before = null;
        for (Segment segment : shard.chain().all()) {
            if (before != null) {
                facts.add(facts(before, true));
            }
            before = segment;
        }
        if (before != null) {
            facts.add(facts(before, false));
        }
        return facts;
    }

    private static Facts facts(Segment segment, boolean sealed) {
        return new Facts(
                segment.path, segment.baseOffset(), segment.nextOffset(), segment.bytes(), sealed);
    }
}
