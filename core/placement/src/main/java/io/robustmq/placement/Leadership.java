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
    private volatile int term;
    private volatile long changes;

    Leadership(Events events, Registry registry, Mail mail) {
        this.events = events;
        this.registry = registry;
        this.mail = mail;
    }

    /** Whether there is another leader now. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // the loop writes
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
        int ofTerm = run == null ? 0 : run.term();
        if (ofTerm != term) {
            term = ofTerm;
        }
        MemberId now = run == null ? null : run.leader();
        if (Objects.equals(now, known)) {
            return false;
        }
        known = now;
        if (now == null) {
            leader = null;
            events.emit(new PlacementEvent.LeaderLost(ofTerm));
            return false;
        }
        Member member = mail.known(now);
        Member named = member == null ? new Member(now, now.toString(), "") : member;
        leader = named;
        changes = changes + 1;
        events.emit(new PlacementEvent.LeaderChanged(named.name(), ofTerm));
        return true;
    }

    /** Null if none is known. Any thread. */
    @Nullable Member leader() {
        return leader;
    }

    /** Raft's; 0 while it does not run. Any thread. */
    int term() {
        return term;
    }

    /** How often another one led, since this member was started. Any thread. */
    long changes() {
        return changes;
    }
}
