package io.robustmq.server;

import io.robustmq.placement.Author;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentAnswer;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Interest;
import io.robustmq.placement.Placement;
import io.robustmq.placement.PlacementChange;
import io.robustmq.placement.PlacementView;
import io.robustmq.replication.Documents;
import io.robustmq.replication.Metadata;
import io.robustmq.replication.Segment;
import io.robustmq.replication.SegmentId;
import io.robustmq.replication.ShardHead;
import io.robustmq.replication.ShardView;
import io.robustmq.replication.Versioned;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.ReplicationEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What placement says of replicated shards, for {@link Metadata}: a document of kind {@code shard}
 * by the shard's name, and one of kind {@code segment} for each segment, named {@code
 * <shard>/<number in 10 digits>}. This keeps a copy, which a watch follows; so reading asks nobody,
 * and a change is only told when the copy has it. Any thread.
 */
final class ShardDocuments implements AutoCloseable {
    static final char SEPARATOR = '/';

    /** Placement gives up before. */
    private static final long CHANGE_SECONDS = 15;

    /** For a change that was made to come back by the watch. */
    private static final long SEEN_SECONDS = 2;

    private static final Set<Interest> INTERESTS =
            Set.of(
                    new Interest.Documents(DocumentKind.SHARD, ""),
                    new Interest.Documents(DocumentKind.SEGMENT, ""));

    private final Placement placement;
    private final Author author;
    private final Events events;

    // under this
    private final Map<String, Shard> shards = new TreeMap<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final PriorityQueue<Awaited> awaited =
            new PriorityQueue<>((a, b) -> Long.compare(a.revision, b.revision));
    private long revision;
    private @Nullable AutoCloseable watch;

    /**
     * @param nodeId in whose name documents are changed
     */
    ShardDocuments(Placement placement, String nodeId, Events events) {
        this.placement = placement;
        this.author = new Author(nodeId, Admin.NODE);
        this.events = events;
    }

    private static final class Shard {
        @Nullable Versioned<ShardHead> head;
        final TreeMap<Integer, Versioned<Segment>> segments = new TreeMap<>();

        ShardView view(String name) {
            return new ShardView(name, head, List.copyOf(segments.values()));
        }
    }

    /**
     * @param shard null for all
     */
    private record Watcher(@Nullable String shard, Executor home, Consumer<ShardView> told) {
        void tell(ShardView view) {
            if (shard == null || shard.equals(view.shard())) {
                home.execute(() -> told.accept(view));
            }
        }
    }

    private record Awaited(long revision, CompletableFuture<Void> seen) {}

    /** Placement is open, and has a state. */
    synchronized void open() {
        PlacementView state = placement.view();
        take(state);
        watch = placement.watch(state.revision(), INTERESTS, this::changed);
    }

    private synchronized void changed(PlacementChange change) {
        switch (change) {
            case PlacementChange.Whole(PlacementView state) -> {
                take(state);
                shards.forEach((name, shard) -> tell(shard.view(name)));
            }
            case PlacementChange.DocumentsChanged documents -> {
                Set<String> touched = new java.util.TreeSet<>();
                for (PlacementChange.DocumentsChanged.One one : documents.documents()) {
                    touched.add(take(one.kind(), one.name(), one.document()));
                }
                touched.forEach(name -> tell(shard(name).view(name)));
            }
            case PlacementChange.Registered _,
                    PlacementChange.Removed _,
                    PlacementChange.NodesExpired _,
                    PlacementChange.ClaimsChanged _,
                    PlacementChange.MemberAdded _,
                    PlacementChange.MemberRemoved _,
                    PlacementChange.TraceBegun _,
                    PlacementChange.TraceEnded _,
                    PlacementChange.LevelSet _,
                    PlacementChange.Expired _ -> {}
        }
        seen(change.revision());
    }

    private void take(PlacementView state) {
        shards.clear();
        for (Document document : state.documents(DocumentKind.SHARD, "")) {
            take(document.kind(), document.name(), document);
        }
        for (Document document : state.documents(DocumentKind.SEGMENT, "")) {
            take(document.kind(), document.name(), document);
        }
        seen(state.revision());
    }

    private void seen(long upTo) {
        revision = Math.max(revision, upTo);
        while (!awaited.isEmpty() && awaited.peek().revision <= revision) {
            awaited.remove().seen.complete(null);
        }
    }

    /** The shard that it is about. */
    private String take(DocumentKind kind, String name, @Nullable Document document) {
        if (kind == DocumentKind.SHARD) {
            shard(name).head = read(document, Documents::head);
            return name;
        }
        int end = name.lastIndexOf(SEPARATOR);
        String of = end < 0 ? name : name.substring(0, end);
        Versioned<Segment> segment = read(document, Documents::segment);
        int number = segment == null ? number(name) : segment.value().id().number();
        if (segment == null) {
            shard(of).segments.remove(number);
        } else {
            shard(of).segments.put(number, segment);
        }
        return of;
    }

    private static int number(String name) {
        try {
            return Integer.parseInt(name.substring(name.lastIndexOf(SEPARATOR) + 1));
        } catch (NumberFormatException notOurs) {
            return -1;
        }
    }

    private Shard shard(String name) {
        return shards.computeIfAbsent(name, unknown -> new Shard());
    }

    /** Null also for one that cannot be read: changes that expect none then fail. */
    private <T> @Nullable Versioned<T> read(
            @Nullable Document document, java.util.function.Function<byte[], T> decoded) {
        if (document == null) {
            return null;
        }
        try {
            return new Versioned<>(decoded.apply(document.content().bytes()), document.version());
        } catch (IllegalArgumentException unreadable) {
            events.emit(
                    new ReplicationEvent.DocumentUnreadable(
                            document.name(), Failure.of(unreadable)));
            return null;
        }
    }

    private void tell(ShardView view) {
        watchers.forEach(watcher -> watcher.tell(view));
    }

    /** As it is now. */
    synchronized ShardView view(String shard) {
        Shard known = shards.get(shard);
        return known == null ? new ShardView(shard, null, List.of()) : known.view(shard);
    }

    /**
     * Tells what there is, and each change.
     *
     * @param shard null for all
     * @return ends it; what was handed to {@code home} is still told
     */
    synchronized Runnable watch(@Nullable String shard, Executor home, Consumer<ShardView> told) {
        Watcher watcher = new Watcher(shard, home, told);
        watchers.add(watcher);
        shards.forEach((name, known) -> watcher.tell(known.view(name)));
        return () -> unwatch(watcher);
    }

    private synchronized void unwatch(Watcher watcher) {
        watchers.remove(watcher);
    }

    /** For a state machine on that thread. */
    Metadata on(Executor home) {
        return new Metadata() {
            @Override
            public void read(String shard, Consumer<Answer> told) {
                home.execute(() -> told.accept(new Answer.Found(view(shard))));
            }

            @Override
            public void change(List<Change> changes, String why, Consumer<Outcome> told) {
                ShardDocuments.this
                        .change(changes, why)
                        .whenComplete((outcome, defect) ->
                                home.execute(() ->
                                        told.accept(outcome != null ? outcome : unknown(defect))));
            }
        };
    }

    private static Metadata.Outcome unknown(@Nullable Throwable why) {
        return new Metadata.Outcome.Unknown(String.valueOf(why));
    }

    private CompletableFuture<Metadata.Outcome> change(List<Metadata.Change> changes, String why) {
        List<DocumentChange> wanted = changes.stream().map(ShardDocuments::change).toList();
        return placement
                .change(wanted, author, why)
                .copy()
                .orTimeout(CHANGE_SECONDS, TimeUnit.SECONDS)
                .thenCompose(answer ->
                        switch (answer) {
                            case DocumentAnswer.Changed(long at) ->
                                    whenSeen(at)
                                            .handle((seen, late) -> new Metadata.Outcome.Done());
                            case DocumentAnswer.Conflicts(List<DocumentAnswer.Conflict> all) ->
                                    CompletableFuture.completedFuture(
                                            new Metadata.Outcome.Conflict());
                            case DocumentAnswer.Full(long maxBytes, long bytes) ->
                                    CompletableFuture.completedFuture(
                                            new Metadata.Outcome.Unknown(
                                                    "placement holds at most "
                                                            + maxBytes
                                                            + " bytes of documents"));
                        });
    }

    private static DocumentChange change(Metadata.Change change) {
        return switch (change) {
            case Metadata.Change.PutHead(ShardHead head, long expected) ->
                    new DocumentChange(
                            DocumentKind.SHARD,
                            head.name(),
                            expected,
                            Content.of(Documents.encoded(head)));
            case Metadata.Change.PutSegment(Segment segment, long expected) ->
                    new DocumentChange(
                            DocumentKind.SEGMENT,
                            name(segment.id()),
                            expected,
                            Content.of(Documents.encoded(segment)));
            case Metadata.Change.RemoveSegment(SegmentId id, long expected) ->
                    new DocumentChange(DocumentKind.SEGMENT, name(id), expected, null);
        };
    }

    static String name(SegmentId id) {
        return id.shard() + SEPARATOR + String.format(Locale.ROOT, "%010d", id.number());
    }

    private synchronized CompletableFuture<Void> whenSeen(long at) {
        CompletableFuture<Void> seen = new CompletableFuture<>();
        if (at <= revision) {
            seen.complete(null);
        } else {
            awaited.add(new Awaited(at, seen));
        }
        return seen.orTimeout(SEEN_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        AutoCloseable watching;
        synchronized (this) {
            watching = watch;
            watch = null;
        }
        JournalNodes.end(watching);
    }
}
