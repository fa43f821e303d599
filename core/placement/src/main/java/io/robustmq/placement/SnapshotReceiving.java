package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.dto.InstallSnapshot;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way from the leader, see {@link SnapshotSending}. Each piece is put on disk and
 * into the state to be, both {@link Aside}, and Raft gets the whole. On the member's loop; one at a
 * time: another leader's, or a newer one, takes the place of what was there.
 *
 * <p>In memory are the state to be and at most {@link SnapshotSending#WINDOW} pieces, besides the
 * state that the member has.
 */
final class SnapshotReceiving {
    /**
     * If no piece came for so long, those on the way are taken for lost; then for twice as long.
     */
    private static final long PATIENCE_MILLIS = 500;

    /** After a failure of its own. */
    private static final long PAUSE_MILLIS = 3_000;

    /** Between two tellings of how far it is. */
    private static final long TELLING_MILLIS = 5_000;

    /** What it works with. */
    record Means(Received disk, LongSupplier millis, RandomGenerator chance, Events events) {}

    private final Mail mail;
    private final Aside aside;
    private final Means means;
    private @Nullable Transfer current;

    /** Also of a transfer that was given up since. */
    private boolean isWorking;

    private long pausedUntil = Long.MIN_VALUE;

    /** Of one offer. */
    private static final class Transfer {
        private final RaftRun run;
        private final RaftLog log;
        private final MemberId from;
        private final long session;
        private final long begunMillis;
        private Message.Offer offer;

        // by whoever works on it
        private final StateReader reader = new StateReader();

        /** Of what is on disk. */
        private long first = -1;

        /** Pieces that are on disk and read. */
        private long taken;

        private final List<Message.Piece> waiting = new ArrayList<>();
        private long bytes;
        private long heardMillis;
        private long patience = PATIENCE_MILLIS;
        private long toldMillis;

        Transfer(
                RaftRun run,
                RaftLog log,
                MemberId from,
                long session,
                Message.Offer offer,
                long now) {
            this.run = run;
            this.log = log;
            this.from = from;
            this.session = session;
            this.offer = offer;
            begunMillis = now;
            heardMillis = now;
            toldMillis = now;
        }

        long expected() {
            return taken + waiting.size();
        }
    }

    SnapshotReceiving(Mail mail, Aside aside, Means means) {
        this.mail = mail;
        this.aside = aside;
        this.means = means;
    }

    private long now() {
        return means.millis.getAsLong();
    }

    /** By the leader, and the member needs it. */
    void offered(Message.Offer offer, MemberId from, RaftRun run, RaftLog log) {
        Transfer known = current;
        if (known != null && known.run == run && known.offer.transfer() == offer.transfer()) {
            known.offer = offer; // Raft is answered as of the newest
            return;
        }
        if (known != null) {
            abandon(known, "another one is offered");
        }
        if (isWorking || now() < pausedUntil || log.needsReceived()) {
            return; // what is on disk is still in use; it is offered again soon
        }
        Transfer begun = new Transfer(run, log, from, means.chance.nextLong(), offer, now());
        current = begun;
        means.events.emit(
                new PlacementEvent.SnapshotReceiving(
                        mail.name(from), offer.head().index(), offer.items()));
        isWorking = true;
        aside.run(
                means.disk::begin,
                (first, failure) -> {
                    isWorking = false;
                    if (failure != null) {
                        failed(begun, failure);
                    } else if (first != null) {
                        begun.first = first;
                        ask(begun, false);
                    }
                });
    }

    private void failed(Transfer transfer, IOException why) {
        pausedUntil = now() + PAUSE_MILLIS;
        abandon(transfer, String.valueOf(why.getMessage()));
    }

    private void ask(Transfer transfer, boolean isAgain) {
        if (transfer == current) {
            mail.send(
                    new Message.Ask(
                            transfer.offer.transfer(), transfer.session, transfer.taken, isAgain),
                    transfer.from);
        }
    }

    void piece(Message.Piece piece, MemberId from) {
        Transfer transfer = current;
        if (transfer == null
                || !from.equals(transfer.from)
                || piece.transfer() != transfer.offer.transfer()
                || piece.session() != transfer.session
                || piece.number() != transfer.expected()
                || transfer.waiting.size() >= SnapshotSending.WINDOW) {
            return; // if it is wanted, it is asked for again
        }
        transfer.heardMillis = now();
        transfer.patience = PATIENCE_MILLIS;
        transfer.waiting.add(piece);
        work(transfer);
    }

    private void work(Transfer transfer) {
        if (isWorking || transfer.waiting.isEmpty() || transfer != current) {
            return;
        }
        List<byte[]> chunks = transfer.waiting.stream().map(Message.Piece::bytes).toList();
        isWorking = true;
        aside.run(
                () -> taken(transfer.reader, chunks),
                (read, failure) -> {
                    isWorking = false;
                    if (transfer != current) {
                        return;
                    }
                    if (failure != null) {
                        failed(transfer, failure);
                    } else if (read != null) {
                        took(transfer, chunks, read);
                    }
                });
    }

    /**
     * @param state null if it is not whole yet
     */
    private record Read(long items, @Nullable PlacementState state) {}

    private Read taken(StateReader reader, List<byte[]> chunks) throws IOException {
        for (byte[] chunk : chunks) {
            reader.add(chunk);
        }
        means.disk.append(chunks);
        return new Read(reader.items(), reader.hasEnded() ? reader.finished() : null);
    }

    private void took(Transfer transfer, List<byte[]> chunks, Read read) {
        transfer.waiting.subList(0, chunks.size()).clear();
        transfer.taken += chunks.size();
        transfer.bytes += chunks.stream().mapToLong(chunk -> chunk.length).sum();
        if (read.state != null) {
            current = null;
            install(transfer, read.state);
            return;
        }
        ask(transfer, false);
        if (now() - transfer.toldMillis >= TELLING_MILLIS) {
            transfer.toldMillis = now();
            means.events.emit(
                    new PlacementEvent.SnapshotAdvanced(
                            transfer.offer.head().index(),
                            read.items,
                            transfer.offer.items(),
                            transfer.bytes));
        }
        work(transfer);
    }

    /** The state is there, and on disk: what Raft does with it takes no longer than a vote. */
    private void install(Transfer transfer, PlacementState state) {
        Message.Offer offer = transfer.offer;
        SnapshotHead head = offer.head();
        transfer.log.received(new RaftRecord.Installed(head, transfer.first, transfer.taken));
        boolean isInstalled =
                transfer.run.install(
                        new InstallSnapshot(
                                new Endpoint(transfer.from),
                                offer.term(),
                                head.with(state),
                                offer.queryRound(),
                                offer.sequence()));
        transfer.log.received(null);
        if (isInstalled) {
            means.events.emit(
                    new PlacementEvent.SnapshotInstalled(
                            head.index(),
                            state.revision(),
                            transfer.bytes,
                            now() - transfer.begunMillis));
        }
    }

    void tick(@Nullable RaftRun run) {
        Transfer transfer = current;
        if (transfer == null) {
            return;
        }
        long silent = now() - transfer.heardMillis;
        if (transfer.run != run || run.term() != transfer.offer.term()) {
            abandon(transfer, "another member leads, or this one began anew");
        } else if (isWorking) {
            ask(transfer, false); // it may take long, and the leader shall know
        } else if (silent > SnapshotSending.SILENT_MILLIS) {
            abandon(transfer, "nothing of it came any more");
        } else if (silent > transfer.patience) {
            transfer.patience *= 2;
            ask(transfer, true);
        }
    }

    private void abandon(Transfer transfer, String why) {
        if (transfer != current) {
            return;
        }
        current = null;
        means.events.emit(
                new PlacementEvent.SnapshotAbandoned(
                        mail.name(transfer.from), transfer.offer.head().index(), why));
    }
}
