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
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PipelineEvent;
import io.robustmq.telemetry.pipeline.Pipeline;
import io.robustmq.telemetry.pipeline.Sampling;
import io.robustmq.telemetry.pipeline.Service;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which traces a broker records: as it is configured, and as the cluster agreed on instead, with a
 * document of kind {@code config}, named {@value SamplingDocument#NAME}. A wish becomes a change of
 * that document; what this node does, it does because its watch says so, whichever node was asked.
 * Without placement it goes on with what it knows. Any thread.
 */
final class AgreedSampling implements AutoCloseable {
    private static final DocumentKind KIND = DocumentKind.CONFIG;
    private static final Set<Interest> INTERESTS =
            Set.of(new Interest.Documents(KIND, SamplingDocument.NAME));

    private final String nodeId;
    private final Pipeline to;
    private final Events events;
    private final InstantSource clock;
    private final AppliedRevision applied = new AppliedRevision();

    // guarded by this; while open
    private @Nullable Placement placement;
    private @Nullable AutoCloseable watch;

    // guarded by this
    private Status status;
    private long seen = DocumentChange.ABSENT;

    /**
     * What holds.
     *
     * @param isKnown whether placement was reached since the start; before, nothing is agreed
     * @param agreed in the place of what is configured
     * @param last the document that says so; null if there is none
     * @param unreadable why there is another that has no effect; empty if there is none
     * @param noTraces why it has no effect at all; null if it has
     */
    record Status(
            Sampling configured,
            boolean isKnown,
            SamplingDocument agreed,
            @Nullable Document last,
            String unreadable,
            @Nullable String noTraces) {
        Sampling now() {
            return agreed.over(configured);
        }
    }

    AgreedSampling(String nodeId, Pipeline to, InstantSource clock) {
        this.nodeId = nodeId;
        this.to = to;
        this.events = to.events(Service.MQTT_BROKER);
        this.clock = clock;
        this.status =
                new Status(
                        to.configuredSampling(),
                        false,
                        SamplingDocument.NONE,
                        null,
                        "",
                        to.noTraces());
    }

    /** Placement has a state: what it says holds when this returns. */
    synchronized void open(Placement places) {
        PlacementView state = places.view();
        status = known(status.agreed(), status.last(), "");
        apply(state);
        applied.reached(state.revision());
        placement = places;
        watch = places.watch(state.revision(), INTERESTS, this::apply);
    }

    synchronized Status status() {
        return status;
    }

    // What the watch says

    private synchronized void apply(PlacementChange change) {
        switch (change) {
            case PlacementChange.DocumentsChanged(
                            long revision,
                            List<PlacementChange.DocumentsChanged.One> documents,
                            Author by,
                            String why) -> {
                for (PlacementChange.DocumentsChanged.One each : documents) {
                    if (each.kind() == KIND && each.name().equals(SamplingDocument.NAME)) {
                        apply(each.document(), by(by), why);
                    }
                }
            }
            case PlacementChange.Whole(PlacementView state) -> apply(state);
            // of no interest
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
        applied.reached(change.revision());
    }

    private void apply(PlacementView state) {
        Document document = state.document(KIND, SamplingDocument.NAME);
        apply(document, Admin.NODE, document == null ? "" : document.why());
    }

    /** One act is one person's event: that of the node that they asked. */
    private Admin by(Author author) {
        return author.nodeId().equals(nodeId) ? author.admin() : Admin.NODE;
    }

    private void apply(@Nullable Document document, Admin by, String why) {
        long version = document == null ? DocumentChange.ABSENT : document.version();
        if (version == seen) {
            return;
        }
        seen = version;
        if (document == null) {
            use(SamplingDocument.NONE, null, by, why);
            return;
        }
        switch (SamplingDocument.read(document)) {
            case SamplingDocument.Outcome.Read(SamplingDocument agreed) ->
                    use(agreed, document, by, why);
            case SamplingDocument.Outcome.Unreadable(String detail) -> {
                status = known(status.agreed(), status.last(), detail);
                events.emit(
                        new PipelineEvent.SamplingUnreadable(
                                detail, version, document.by().nodeId()));
            }
        }
    }

    /** Under the lock. */
    private synchronized Status known(
            SamplingDocument agreed, @Nullable Document last, String unreadable) {
        return new Status(status.configured(), true, agreed, last, unreadable, status.noTraces());
    }

    private void use(SamplingDocument agreed, @Nullable Document document, Admin by, String why) {
        Sampling before = status.now();
        status = known(agreed, document, "");
        Sampling now = status.now();
        to.sample(now);
        events.emit(
                new AuditEvent.SamplingChanged(
                        by,
                        SamplingField.withoutRules(now),
                        SamplingField.withoutRules(before),
                        SamplingField.RULES.text(now.rules()),
                        SamplingField.RULES.text(before.rules()),
                        why));
    }

    // What people want

    LogControl.Outcome<Status> change(SamplingChange wanted, Admin admin) {
        Placement places = placement();
        if (places == null) {
            return AppliedRevision.notOpen();
        }
        Document known = places.view().document(KIND, SamplingDocument.NAME);
        SamplingDocument before = SamplingDocument.NONE;
        if (known != null && !wanted.isReset()) {
            switch (SamplingDocument.read(known)) {
                case SamplingDocument.Outcome.Read(SamplingDocument agreed) -> before = agreed;
                case SamplingDocument.Outcome.Unreadable(String detail) -> {
                    return new LogControl.Outcome.Refused<>(
                            409,
                            "what the cluster agreed on cannot be read here: "
                                    + detail
                                    + "; nothing was changed, reset it first");
                }
            }
        }
        SamplingDocument after = before.with(wanted, clock.instant());
        if (after.isEmpty() && known == null) {
            return new LogControl.Outcome.Done<>(status());
        }
        Content content = after.isEmpty() ? null : after.content();
        if (content != null && content.size() > SamplingDocument.MAX_BYTES) {
            return new LogControl.Outcome.Refused<>(
                    400,
                    "all of it as JSON must have at most "
                            + SamplingDocument.MAX_BYTES
                            + " bytes, was "
                            + content.size());
        }
        DocumentChange change =
                new DocumentChange(
                        KIND,
                        SamplingDocument.NAME,
                        known == null ? DocumentChange.ABSENT : known.version(),
                        content);
        return applied.await(
                places.change(List.of(change), new Author(nodeId, admin), wanted.why()),
                AgreedSampling::answer,
                this::status);
    }

    private static AppliedRevision.Answer<Status> answer(DocumentAnswer answer) {
        return switch (answer) {
            case DocumentAnswer.Changed(long revision) ->
                    new AppliedRevision.Answer.Agreed<>(revision);
            case DocumentAnswer.Conflicts _ ->
                    new AppliedRevision.Answer.Not<>(
                            new LogControl.Outcome.Refused<>(
                                    409,
                                    "somebody else changed it meanwhile, nothing was changed; look again"));
            case DocumentAnswer.Full(long maxBytes, long _) ->
                    new AppliedRevision.Answer.Not<>(
                            new LogControl.Outcome.Refused<>(
                                    409,
                                    "placement holds at most "
                                            + maxBytes
                                            + " bytes of documents; nothing was changed"));
        };
    }

    private synchronized @Nullable Placement placement() {
        return placement;
    }

    /** Before placement is closed. */
    @Override
    public void close() {
        AutoCloseable ending;
        synchronized (this) {
            placement = null;
            ending = watch;
            watch = null;
        }
        JournalNodes.end(ending); // what it hands over may want the lock
    }
}
