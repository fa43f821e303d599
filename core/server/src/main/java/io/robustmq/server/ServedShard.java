package io.robustmq.server;

import io.robustmq.journal.Shard;
import io.robustmq.server.wire.ShardEntry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An open shard, and who wants to know of its new records. Any thread. */
final class ServedShard {
    private final Shard shard;
    private final ShardEntry entry;
    private volatile boolean gone;
    private final Set<Runnable> followers = ConcurrentHashMap.newKeySet();

    ServedShard(Shard shard, ShardEntry entry) {
        this.shard = shard;
        this.entry = entry;
    }

    /** Once, before the first append. */
    void open() {
        shard.afterGroup(this::wake);
    }

    Shard shard() {
        return shard;
    }

    ShardEntry entry() {
        return entry;
    }

    /** Is run after records were appended, on the journal's thread, and when it is gone. */
    void follow(Runnable follower) {
        followers.add(follower);
    }

    void unfollow(Runnable follower) {
        followers.remove(follower);
    }

    /** It was deleted. */
    void gone() {
        gone = true;
        wake();
    }

    boolean isGone() {
        return gone;
    }

    private void wake() {
        followers.forEach(Runnable::run);
    }
}
