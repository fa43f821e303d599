package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.testkit.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that was away while the log was made short; {@code -Dclaims=} for another size. */
@Timeout(300)
class CatchUpTest {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final int CLAIMS = Integer.getInteger("claims", 1_000_000);
    private static final int BATCH = 1_000;

    @TempDir Path directory;
    private final TestGroup group = new TestGroup();
    private NodeEpoch owner = new NodeEpoch("broker", 0);

    /** Few enough that the log was made short meanwhile, and enough for a slow machine. */
    private static final int SNAPSHOT_EVERY = 2_000;

    private void open(String name) throws IOException {
        PlacementSettings usual = TestGroup.settings(name, NAMES);
        group.open(
                new PlacementSettings(
                        name,
                        usual.address(),
                        usual.initial(),
                        SNAPSHOT_EVERY,
                        usual.patience(),
                        Duration.ofHours(1)),
                directory.resolve(name));
    }

    /** The one that leads, once one of the others is away and has missed so many claims. */
    private String missing(String away, int claims) throws Exception {
        group.stop(away);
        String leader = group.leader();
        List<CompletableFuture<?>> under = new ArrayList<>();
        for (int from = 0; from < claims; from += BATCH) {
            List<ClaimChange> takes = new ArrayList<>();
            for (int i = from; i < from + BATCH; i++) {
                takes.add(new ClaimChange.Take(String.format(Locale.ROOT, "device-%08d", i)));
            }
            under.add(group.placement(leader).changeClaims(owner, takes));
            if (under.size() >= 16) {
                get(under.removeFirst());
            }
        }
        for (CompletableFuture<?> each : under) {
            get(each);
        }
        for (int i = 0; i < 2 * SNAPSHOT_EVERY; i++) {
            change(leader);
        }
        return leader;
    }

    private void change(String at) throws Exception {
        get(group.placement(at).deregister("nobody"));
    }

    private String started() throws Exception {
        for (String name : NAMES) {
            open(name);
        }
        for (String name : NAMES) {
            get(group.placement(name).ready());
        }
        Node broker = new Node(owner.nodeId(), Set.of(Role.MQTT_SERVER), Map.of());
        owner = new NodeEpoch(owner.nodeId(), get(group.placement("a").register(broker)));
        return NAMES.stream()
                .filter(each -> !group.placement(each).isLeading())
                .findFirst()
                .orElseThrow();
    }

    private boolean has(String name, int claims) {
        return group.placement(name).measures().claims() == claims;
    }

    @Test
    void while_it_catches_up_with_many_claims_the_leader_leads_and_changes_are_agreed()
            throws Exception {
        String away = started();
        String leader = missing(away, CLAIMS);
        int term = group.placement(leader).measures().term();
        long begun = System.nanoTime();
        open(away);
        int changes = 0;
        long longest = 0;
        while (!has(away, CLAIMS)) {
            assertThat(System.nanoTime() - begun).isLessThan(LIMIT.toNanos());
            long asked = System.nanoTime();
            change(leader);
            longest = Math.max(longest, System.nanoTime() - asked);
            changes++;
        }
        long took = System.nanoTime() - begun;
        System.out.println(
                CLAIMS
                        + " claims: caught up in "
                        + TimeUnit.NANOSECONDS.toMillis(took)
                        + " ms, meanwhile "
                        + changes
                        + " changes, the longest took "
                        + TimeUnit.NANOSECONDS.toMillis(longest)
                        + " ms");
        assertThat(group.placement(leader).isLeading()).isTrue();
        assertThat(group.placement(leader).measures().term()).isEqualTo(term);
        assertThat(changes).isPositive();
        get(group.placement(away).ready());
        sameAt(away, leader);
        assertThat(group.events(away).of(PlacementEvent.SnapshotInstalled.class)).hasSize(1);
        group.events(leader).await(PlacementEvent.SnapshotSent.class, e -> e.member().equals(away));

        group.stop(away);
        open(away);
        get(group.placement(away).ready());
        sameAt(away, leader);
    }

    private void sameAt(String away, String leader) throws Exception {
        get(group.placement(away).barrier());
        assertThat(has(away, group.placement(leader).measures().claims())).isTrue();
        assertThat(group.placement(away).revision())
                .isGreaterThanOrEqualTo(group.placement(leader).revision());
    }

    @Test
    void a_transfer_whose_connection_breaks_goes_on_where_it_was() throws Exception {
        String away = started();
        missing(away, 100_000);
        AtomicInteger pieces = new AtomicInteger();
        AtomicInteger firsts = new AtomicInteger();
        group.filter((to, message) -> {
            try {
                if (RaftMessages.decoded(message).message() instanceof Message.Piece piece) {
                    firsts.addAndGet(piece.number() == 0 ? 1 : 0);
                    int count = pieces.incrementAndGet();
                    return count < 4 || count > 8;
                }
                return true;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        open(away);
        Await.untilTrue("it has all", LIMIT, () -> has(away, 100_000));
        assertThat(pieces.get()).isGreaterThan(8);
        assertThat(firsts.get()).isEqualTo(1);
        assertThat(group.events(away).of(PlacementEvent.SnapshotReceiving.class)).hasSize(1);
    }

    @Test
    void a_member_that_stops_in_the_middle_of_it_begins_again() throws Exception {
        String away = started();
        missing(away, 100_000);
        AtomicInteger pieces = new AtomicInteger();
        group.filter((to, message) -> !isPiece(message) || pieces.incrementAndGet() < 4);
        open(away);
        Await.untilTrue("some are there", LIMIT, () -> pieces.get() >= 4);
        group.stop(away);
        group.filter((to, message) -> true);
        open(away);
        Await.untilTrue("it has all", LIMIT, () -> has(away, 100_000));
    }

    private static boolean isPiece(byte[] message) {
        try {
            return RaftMessages.decoded(message).message() instanceof Message.Piece;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        group.close();
    }
}
