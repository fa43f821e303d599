package io.robustmq.placement;

import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who leads, as far as a member knows, and who is told when that changes. On its loop. */
final class Leadership {
    private final Events events;
    private final Registry registry;
    private final Mail mail;
    private @Nullable MemberId known;
    private boolean isLeader;
    private volatile @Nullable Member leader;

    Leadership(Events events, Registry registry, Mail mail) {
        this.events = events;
        this.registry = registry;
        this.mail = mail;
    }

    /** Whether there is another leader now. */
    boolean note(@Nullable RaftRun run) {
        boolean leads = run != null && run.isLeader();
        if (leads != isLeader) {
            isLeader = leads;
            if (leads) {
                registry.lead();
            } else {
                registry.follow();
            }
        }
        MemberId now = run == null ? null : run.leader();
        if (Objects.equals(now, known)) {
            return false;
        }
        known = now;
        int term = run == null ? 0 : run.term();
        if (now == null) {
            leader = null;
            events.emit(new PlacementEvent.LeaderLost(term));
            return false;
        }
        Member member = mail.known(now);
        Member named = member == null ? new Member(now, now.toString(), "") : member;
        leader = named;
        events.emit(new PlacementEvent.LeaderChanged(named.name(), term));
        return true;
    }

    /** Null if none is known. Any thread. */
    @Nullable Member leader() {
        return leader;
    }
}
