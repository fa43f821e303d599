package io.robustmq.placement;

import io.robustmq.journal.Journal;
import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Shard;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shard that most members never need: whoever needs it first opens it. */
final class ReceivedShard implements Received {
    private final Journal journal;
    private final Shard beside;

    // guarded by this
    private @Nullable ShardRecords opened;

    ReceivedShard(Journal journal, Shard beside) {
        this.journal = journal;
        this.beside = beside;
    }

    private synchronized ShardRecords opened() throws IOException {
        ShardRecords known = opened;
        if (known == null) {
            known = new ShardRecords(journal.shard(beside.name() + "-received", beside.settings()));
            opened = known;
        }
        return known;
    }

    @Override
    public long begin() throws IOException {
        ShardRecords records = opened();
        records.trim(records.next());
        return records.next();
    }

    @Override
    public void append(List<byte[]> chunks) throws IOException {
        opened().append(chunks);
    }

    @Override
    public void read(long from, RecordReader reader) throws IOException {
        opened().read(from, reader);
    }
}
