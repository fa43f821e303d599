package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.broker.ClientDirectory.Whereabouts;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.placement.Author;
import io.robustmq.placement.ClusterPlacement;
import io.robustmq.placement.Content;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Node;
import io.robustmq.placement.NodeAnswer;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.PlacementNetwork;
import io.robustmq.placement.PlacementSettings;
import io.robustmq.placement.PlacementWriter;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients of two homes, which placement has agreed on. */
@Timeout(60)
@SuppressWarnings("NullAway.Init")
class HomeClaimsTest {
    @TempDir Path directory;

    private final RecordingEvents events = new RecordingEvents();
    private Journal journal;
    private ClusterPlacement placement;
    private Homes homes;
    private NodeEpoch one;
    private NodeEpoch other;
    private HomeClaims atOne;
    private HomeClaims atOther;

    @BeforeEach
    void open() throws IOException {
        journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofMinutes(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        Events.NONE);
        journal.open();
        placement =
                new ClusterPlacement(
                        PlacementSettings.alone("p"),
                        journal,
                        journal.shard(
                                "placement",
                                new ShardSettings(
                                        1 << 20, Duration.ZERO, Durability.OS, Retention.TRIMMED)),
                        PlacementNetwork.NONE,
                        InstantSource.system(),
                        new SplittableRandom(),
                        Events.NONE);
        placement.open();
        homes = new Homes(placement, events);
        one = served("one", 1, "127.0.0.1:1001");
        other = served("other", 2, "127.0.0.1:1002");
        atOne = new HomeClaims(placement, one, homes);
        atOther = new HomeClaims(placement, other, homes);
    }

    @AfterEach
    void close() {
        placement.close();
        journal.close();
    }

    private NodeEpoch served(String home, long instance, String address) {
        made(home);
        NodeEpoch registered = registered(home, instance);
        return registered(home, instance, Homes.serving(registered, address));
    }

    /** Which is not yet served. */
    private NodeEpoch registered(String home, long instance) {
        return registered(home, instance, Map.of());
    }

    private NodeEpoch registered(String home, long instance, Map<String, String> info) {
        Node node = new Node(home, EnumSet.of(Role.MQTT_SERVER), info);
        return ((NodeAnswer.Registered) placement.register(node, instance).join()).identity();
    }

    /** As the writer of its log does. */
    private void made(String home) {
        placement
                .change(
                        List.of(
                                new DocumentChange(
                                        DocumentKind.SHARD,
                                        Homes.LOG + home,
                                        DocumentChange.ABSENT,
                                        Content.of(new byte[0]))),
                        new Author("p", Admin.NODE),
                        "")
                .join();
    }

    private static CompletableFuture<Whereabouts> claim(HomeClaims at, String clientId) {
        CompletableFuture<Whereabouts> told = new CompletableFuture<>();
        at.claim(clientId, told::complete);
        return told;
    }

    private static Whereabouts claimed(HomeClaims at, String clientId) throws Exception {
        return claim(at, clientId).get(20, TimeUnit.SECONDS);
    }

    @Test
    void a_client_is_at_one_home_until_each_of_its_connections_and_its_session_ended()
            throws Exception {
        assertThat(claimed(atOne, "c")).isEqualTo(Whereabouts.HERE);
        atOne.hold("c");
        assertThat(claimed(atOne, "c")).isEqualTo(Whereabouts.HERE);
        Whereabouts there = new Whereabouts.Elsewhere("one", Listener.parse("127.0.0.1:1001"));
        assertThat(claimed(atOther, "c")).isEqualTo(there);
        atOne.drop("c");
        atOne.drop("c");
        assertThat(claimed(atOther, "c")).isEqualTo(there);
        atOne.drop("c");
        // released before, as it is asked for later
        assertThat(claimed(atOne, "d")).isEqualTo(Whereabouts.HERE);
        assertThat(claimed(atOther, "c")).isEqualTo(Whereabouts.HERE);

        HomeMeasures measures = homes.measures();
        assertThat(measures.claimed(HomeMeasures.Ended.HERE)).isEqualTo(3);
        assertThat(measures.claimed(HomeMeasures.Ended.ELSEWHERE)).isEqualTo(2);
        assertThat(measures.claimed(HomeMeasures.Ended.UNKNOWN)).isZero();
        assertThat(measures.waitingClaims()).isZero();
        assertThat(Arrays.stream(measures.claims().counts()).sum()).isEqualTo(5);
        assertThat(atOne.size()).isEqualTo(1);
        assertThat(atOther.size()).isEqualTo(1);
    }

    @Test
    void of_many_claims_at_once_one_home_wins_each() throws Exception {
        int clients = 20_000;
        List<CompletableFuture<Whereabouts>> first =
                java.util.stream.IntStream.range(0, clients)
                        .mapToObj(i -> claim(atOne, "c" + i))
                        .toList();
        List<CompletableFuture<Whereabouts>> second =
                java.util.stream.IntStream.range(0, clients)
                        .mapToObj(i -> claim(atOther, "c" + i))
                        .toList();
        for (int i = 0; i < clients; i++) {
            boolean isFirst = first.get(i).get(20, TimeUnit.SECONDS).equals(Whereabouts.HERE);
            boolean isSecond = second.get(i).get(20, TimeUnit.SECONDS).equals(Whereabouts.HERE);
            assertThat(isFirst).isNotEqualTo(isSecond);
        }
    }

    @Test
    void while_a_home_is_not_served_its_sessions_are_waited_for() throws Exception {
        made("third");
        CompletableFuture<Whereabouts> waiting = claim(atOne, "c");
        CompletableFuture<Whereabouts> fresh = claim(atOne, "d");
        assertThat(claimed(atOther, "c"))
                .isEqualTo(new Whereabouts.Elsewhere("one", Listener.parse("127.0.0.1:1001")));
        assertThat(waiting).isNotDone();
        assertThat(homes.measures().waitingClaims()).isEqualTo(2);
        NodeEpoch third = registered("third", 3);
        new HomeClaims(placement, third, homes).restored(List.of("c"));
        assertThat(waiting).isNotDone();
        served("third", 3, "127.0.0.1:1003");
        assertThat(waiting.get(20, TimeUnit.SECONDS))
                .isEqualTo(new Whereabouts.Elsewhere("third", Listener.parse("127.0.0.1:1003")));
        assertThat(fresh.get(20, TimeUnit.SECONDS)).isEqualTo(Whereabouts.HERE);
    }

    @Test
    void who_connects_again_while_a_home_is_not_served_waits_again() throws Exception {
        made("third");
        CompletableFuture<Whereabouts> first = claim(atOne, "c");
        assertThat(claimed(atOther, "c"))
                .isEqualTo(new Whereabouts.Elsewhere("one", Listener.parse("127.0.0.1:1001")));
        CompletableFuture<Whereabouts> second = claim(atOne, "c");
        assertThat(second).isNotDone();
        HomeClaims atThird = new HomeClaims(placement, registered("third", 3), homes);
        atThird.restored(List.of("c"));
        served("third", 3, "127.0.0.1:1003");
        Whereabouts there = new Whereabouts.Elsewhere("third", Listener.parse("127.0.0.1:1003"));
        assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(there);
        assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(there);
    }

    @Test
    void a_home_that_is_served_anew_before_the_answer_is_heard_keeps_its_clients()
            throws Exception {
        made("third");
        CompletableFuture<Void> heard = new CompletableFuture<>();
        PlacementWriter slow =
                (PlacementWriter)
                        Proxy.newProxyInstance(
                                PlacementWriter.class.getClassLoader(),
                                new Class<?>[] {PlacementWriter.class},
                                (proxy, method, arguments) ->
                                        ((CompletableFuture<?>) method.invoke(placement, arguments))
                                                .thenCombine(heard, (answer, told) -> answer));
        CompletableFuture<Whereabouts> told = claim(new HomeClaims(slow, one, homes), "c");
        assertThat(claimed(atOther, "c"))
                .isEqualTo(new Whereabouts.Elsewhere("one", Listener.parse("127.0.0.1:1001")));
        HomeClaims atThird = new HomeClaims(placement, registered("third", 3), homes);
        atThird.restored(List.of("c"));
        served("third", 3, "127.0.0.1:1003");
        heard.complete(null);
        assertThat(told.get(20, TimeUnit.SECONDS))
                .isEqualTo(new Whereabouts.Elsewhere("third", Listener.parse("127.0.0.1:1003")));
    }

    @Test
    void who_says_that_it_serves_what_another_has_taken_meanwhile_is_not_believed()
            throws Exception {
        made("third");
        NodeEpoch adopter = registered("third", 3);
        new HomeClaims(placement, adopter, homes).restored(List.of("c"));
        registered("third", 4);
        registered("third", 3, Homes.serving(adopter, "127.0.0.1:1003"));
        CompletableFuture<Whereabouts> told = claim(atOne, "c");
        assertThat(claimed(atOther, "c"))
                .isEqualTo(new Whereabouts.Elsewhere("one", Listener.parse("127.0.0.1:1001")));
        assertThat(told).isNotDone();
        new HomeClaims(placement, registered("third", 4), homes).restored(List.of("c"));
        served("third", 4, "127.0.0.1:1004");
        assertThat(told.get(20, TimeUnit.SECONDS))
                .isEqualTo(new Whereabouts.Elsewhere("third", Listener.parse("127.0.0.1:1004")));
    }

    @Test
    void a_home_that_is_served_by_another_process_now_claims_nothing() throws Exception {
        served("one", 7, "127.0.0.1:1004");
        assertThat(claimed(atOne, "c"))
                .isEqualTo(new Whereabouts.Unknown("placement: this broker is not registered"));
    }

    @Test
    void a_home_where_nothing_listens_is_removed_at_once() throws Exception {
        Whereabouts.Elsewhere before =
                new Whereabouts.Elsewhere("other", Listener.parse("127.0.0.1:999"));
        Whereabouts.Elsewhere there =
                new Whereabouts.Elsewhere("other", Listener.parse("127.0.0.1:1002"));
        homes.unreachable(there, new ConnectException("timed out"));
        homes.unreachable(before, new ConnectException("Connection refused: /127.0.0.1:999"));
        assertThat(placement.view().registration("other")).isNotNull();
        homes.unreachable(there, new ConnectException("Connection refused: /127.0.0.1:1002"));
        events.await(PlacementEvent.NodeSuspected.class, e -> e.suspectedNode().equals("other"));
        placement.barrier().join();
        assertThat(placement.view().registration("other")).isNull();
    }
}
