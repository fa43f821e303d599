package io.robustmq.server;

import io.robustmq.journal.Finding;
import io.robustmq.journal.OfflineJournal.RecordFacts;
import io.robustmq.journal.ShardReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How {@link JournalTool} tells what it found. */
interface JournalReport {
    /** What became of what a finding's kind says that can be done. */
    enum Done {
        NOTHING,
        /** If --yes had been said. */
        WOULD_BE,
        DONE
    }

    void begin(Path directory) throws IOException;

    /**
     * @param records the first of them, as many as were asked for
     */
    void shard(ShardReport report, List<RecordFacts> records) throws IOException;

    void finding(Finding finding, Done done) throws IOException;

    void verified(int shards, int findings) throws IOException;

    /**
     * @param left findings that are still there
     */
    void repaired(int repaired, int left, boolean yes) throws IOException;

    void end() throws IOException;

    /** The payload if it is text that one can print; null otherwise. */
    static @Nullable String text(byte[] payload) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
        } catch (CharacterCodingException binary) {
            return null;
        }
        return text.chars().noneMatch(Character::isISOControl) ? text : null;
    }
}
