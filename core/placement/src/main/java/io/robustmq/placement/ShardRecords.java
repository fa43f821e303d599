package io.robustmq.placement;

import io.robustmq.journal.Append;
import io.robustmq.journal.RecordReader;
import io.robustmq.journal.Shard;
import io.robustmq.journal.SnapshotReader;
import io.robustmq.journal.SnapshotWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A shard of the journal. */
final class ShardRecords implements Records {
    private final Shard shard;

    ShardRecords(Shard shard) {
        this.shard = shard;
    }

    @Override
    public long next() {
        return shard.nextOffset();
    }

    @Override
    public void append(List<byte[]> records) throws IOException {
        List<Waited> appends = new ArrayList<>(records.size());
        records.forEach(record -> appends.add(new Waited(record)));
        shard.append(appends);
        for (Waited append : appends) {
            append.await();
        }
    }

    private static final class Waited extends Append {
        private final CompletableFuture<Void> end = new CompletableFuture<>();

        Waited(byte[] record) {
            super(record);
        }

        @Override
        public void appended(long offset, long epochMillis) {
            end.complete(null);
        }

        @Override
        public void failed(IOException why) {
            end.completeExceptionally(why);
        }

        void await() throws IOException {
            try {
                end.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException refused ? refused : new IOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException("placement's thread is nobody's to interrupt", e);
            }
        }
    }

    @Override
    public void read(long from, RecordReader reader) throws IOException {
        if (shard.firstOffset() > from) {
            throw new IOException(
                    "the placement log begins at index "
                            + shard.firstOffset()
                            + ", and what is needed of it at "
                            + from);
        }
        shard.read(from, reader);
    }

    @Override
    public void saveSnapshot(long offset, SnapshotWriter writer) throws IOException {
        shard.saveSnapshot(offset, writer);
    }

    @Override
    public <T> @Nullable T restore(SnapshotReader<T> reader) throws IOException {
        return shard.restore(reader);
    }

    @Override
    public void trim(long offset) {
        shard.trim(offset);
    }

    @Override
    public @Nullable IOException failure() {
        return shard.failure();
    }
}
