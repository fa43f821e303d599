package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.placement.ClaimAnswer.Done;
import io.robustmq.placement.ClaimAnswer.Result.Held;
import io.robustmq.placement.ClaimAnswer.Result.Released;
import io.robustmq.placement.ClaimAnswer.Result.Taken;
import io.robustmq.placement.PlacementChange.ClaimsChanged;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pcollections.TreePMap;

/** Who has which client. */
class ClaimsTest {
    private static final NodeEpoch A = new NodeEpoch("a", 1);
    private static final NodeEpoch B = new NodeEpoch("b", 2);

    @Test
    void a_claim_takes_the_client_from_whoever_has_it_and_tells_who_that_was() {
        PlacementState.Step first = change(two(), A, take("x"), take("y"));
        assertThat(first.answer())
                .isEqualTo(
                        new Done(
                                List.of(new Taken(3 * 4096, null), new Taken(3 * 4096 + 1, null))));
        PlacementState.Step second = change(first.state(), B, take("y"));
        assertThat(second.answer()).isEqualTo(new Done(List.of(new Taken(4 * 4096, A))));
        assertThat(second.change())
                .isEqualTo(
                        new ClaimsChanged(4, B, List.of(new ClaimsChanged.One("y", 4 * 4096, A))));
        assertThat(second.state().claim("x")).isEqualTo(new Claim(A, 3 * 4096));
        assertThat(second.state().claim("y")).isEqualTo(new Claim(B, 4 * 4096));
    }

    @Test
    void only_the_claim_with_that_epoch_is_released() {
        PlacementState state = change(two(), A, take("x")).state();
        state = change(state, B, take("x")).state();
        PlacementState.Step late = change(state, A, release("x", 3 * 4096));
        assertThat(late.answer()).isEqualTo(new Done(List.of(new Released(false))));
        assertThat(late.change()).isNull();
        PlacementState.Step others = change(late.state(), A, release("x", 4 * 4096));
        assertThat(others.answer()).isEqualTo(new Done(List.of(new Released(false))));
        PlacementState.Step done = change(others.state(), B, release("x", 4 * 4096));
        assertThat(done.answer()).isEqualTo(new Done(List.of(new Released(true))));
        assertThat(done.change())
                .isEqualTo(
                        new ClaimsChanged(
                                7,
                                B,
                                List.of(new ClaimsChanged.One("x", ClaimsChanged.RELEASED, B))));
        assertThat(done.state().claim("x")).isNull();
    }

    @Test
    void a_node_goes_with_all_its_claims_in_one_step_and_they_are_taken_out_by_and_by() {
        PlacementState state = two();
        for (int i = 0; i < 3; i++) {
            state = change(state, A, takes("a" + i, 1000)).state();
            state = change(state, B, takes("b" + i, 1000)).state();
        }
        PlacementState gone = state.apply(new Command.Deregister("a")).state();
        assertThat(gone.claim("a0-1")).isNull();
        assertThat(gone.claim("b0-1")).isNotNull();
        assertThat(gone.claims().byClient())
                .as("of the first looked at")
                .hasSize(6000 - Claims.SWEEP);
        int commands = 1;
        while (gone.claims().laps() > 0) {
            gone = gone.apply(new Command.Deregister("nobody")).state();
            commands++;
        }
        assertThat(gone.claims().byClient()).hasSize(3000);
        assertThat(commands).isEqualTo(6000 / Claims.SWEEP + 1);
    }

    @Test
    void a_client_of_a_node_that_is_gone_is_free() {
        PlacementState state = change(two(), A, take("x")).state();
        state = state.apply(new Command.Register(node("a"))).state();
        assertThat(state.claim("x")).as("superseded").isNull();
        assertThat(change(state, B, take("x")).answer())
                .isEqualTo(new Done(List.of(new Taken(5 * 4096, null))));
        assertThat(change(state, A, take("x")).answer()).isEqualTo(new ClaimAnswer.Superseded(4));
    }

    @Test
    void who_takes_only_what_is_free_is_told_who_has_it() {
        PlacementState state = change(two(), A, free("x"), take("y")).state();
        PlacementState.Step held = change(state, B, free("x"), free("z"), free("y"));
        assertThat(held.answer())
                .isEqualTo(
                        new Done(
                                List.of(
                                        new Held(A, 3 * 4096),
                                        new Taken(4 * 4096 + 1, null),
                                        new Held(A, 3 * 4096 + 1))));
        assertThat(held.change())
                .isEqualTo(
                        new ClaimsChanged(
                                4, B, List.of(new ClaimsChanged.One("z", 4 * 4096 + 1, null))));
        assertThat(held.state().claim("x")).isEqualTo(new Claim(A, 3 * 4096));
        assertThat(change(held.state(), A, free("x")).answer())
                .as("its own, taken anew")
                .isEqualTo(new Done(List.of(new Taken(5 * 4096, A))));
        PlacementState gone = held.state().apply(new Command.Deregister("a")).state();
        assertThat(change(gone, B, free("x")).answer())
                .as("of one that is gone")
                .isEqualTo(new Done(List.of(new Taken(6 * 4096, null))));
    }

    @Test
    void there_is_a_limit_and_what_is_over_it_is_refused_but_not_a_release() {
        Nodes nodes = two().nodes();
        TreePMap<String, Claim> many = TreePMap.singleton("x", new Claim(A, 9));
        Claims full = new Claims(many, "", 0);
        assertThat(full.change(3, A, List.of(release("x", 9)), nodes).changes()).hasSize(1);
        assertThatThrownBy(() -> new Command.ChangeClaims(A, List.of(takes("c", 4097))))
                .hasMessage("1 to 4096 claims are changed at once, was 4097");
        String longest = "x".repeat(65_535);
        List<ClaimChange> long17 = new ArrayList<>();
        for (int i = 0; i < 17; i++) {
            long17.add(take(longest));
        }
        assertThatThrownBy(() -> new Command.ChangeClaims(A, long17))
                .hasMessageContaining("at most 1048576 bytes together, was 1114095");
        assertThatThrownBy(() -> take(longest + "x"))
                .hasMessage("a client's id has at most 65535 bytes, was 65536");
    }

    @Test
    void the_bytes_in_the_log_are_these() {
        Command command = new Command.ChangeClaims(B, List.of(take("x"), release("y", 258)));
        assertThat(HexFormat.of().formatHex(command.encoded()))
                .isEqualTo(
                        "0128"
                                + "0001620000000000000002"
                                + "0002"
                                + "0001780000000000000000"
                                + "0001790000000000000102");
    }

    @Test
    void the_bytes_of_one_that_takes_what_is_free_are_of_a_kind_of_their_own() throws Exception {
        Command command =
                new Command.ChangeClaims(B, List.of(free("x"), take("z"), release("y", 258)));
        assertThat(HexFormat.of().formatHex(command.encoded()))
                .isEqualTo(
                        "0129"
                                + "0001620000000000000002"
                                + "0003"
                                + "000178ffffffffffffffff"
                                + "00017a0000000000000000"
                                + "0001790000000000000102");
        assertThat(Command.decoded(command.encoded())).isEqualTo(command);
    }

    @Test
    void whatever_happens_they_are_what_plain_maps_would_hold() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            Everything some = new Everything(chance.split());
            PlacementState state = PlacementState.EMPTY;
            TreeMap<String, Claim> model = new TreeMap<>();
            long greatest = 0;
            for (int i = 0; i < 300; i++) {
                Command command = some.command(state);
                PlacementState.Step step = state.apply(command);
                if (command instanceof Command.ChangeClaims(NodeEpoch node, List<ClaimChange> all)
                        && step.answer() instanceof Done(List<ClaimAnswer.Result> results)) {
                    for (int place = 0; place < all.size(); place++) {
                        Claim before = model.get(all.get(place).clientId());
                        greatest =
                                follow(
                                        model,
                                        node,
                                        all.get(place),
                                        results.get(place),
                                        before,
                                        greatest,
                                        seed);
                    }
                }
                state = step.state();
                Nodes nodes = state.nodes();
                model.values().removeIf(claim -> !nodes.isCurrent(claim.owner()));
                assertThat(held(state)).as("-Dseed=%d", seed).isEqualTo(model);
            }
            while (state.claims().laps() > 0) {
                state = state.apply(new Command.Deregister("nobody")).state();
            }
            assertThat(state.claims().byClient()).as("-Dseed=%d", seed).isEqualTo(model);
        }
    }

    @Test
    void however_few_are_looked_at_and_whoever_goes_meanwhile_all_that_are_left_of_it_go() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        Nodes nodes = Nodes.NONE;
        Claims claims = Claims.NONE;
        int swept = 0;
        for (int i = 1; i < 30_000; i++) {
            String nodeId = "n" + chance.nextInt(4);
            Registration there = nodes.registration(nodeId);
            boolean isQuiet = i / 300 % 2 == 0;
            if (there != null && (isQuiet || chance.nextInt(40) > 0)) {
                ClaimChange wish = take("c" + chance.nextInt(60));
                Claim before = claims.byClient().get(wish.clientId());
                ClaimChange done =
                        before != null && chance.nextBoolean()
                                ? release(wish.clientId(), before.epoch())
                                : wish;
                claims = claims.change(i, there.identity(), List.of(done), nodes).after();
            } else if (there != null && chance.nextBoolean()) {
                nodes = nodes.without(nodeId);
                claims = claims.toSweep();
            } else {
                nodes = nodes.with(nodes.registered(i, new Command.Register(node(nodeId))));
                claims = there == null ? claims : claims.toSweep();
            }
            boolean wasSweeping = claims.laps() > 0;
            claims = claims.swept(chance.nextInt(3), nodes);
            if (claims.laps() == 0) {
                swept += wasSweeping ? 1 : 0;
                Nodes now = nodes;
                assertThat(claims.byClient().values())
                        .as("-Dseed=%d", seed)
                        .allMatch(claim -> now.isCurrent(claim.owner()));
            }
        }
        assertThat(swept).as("-Dseed=%d", seed).isGreaterThan(20);
    }

    private static long follow(
            TreeMap<String, Claim> model,
            NodeEpoch node,
            ClaimChange wish,
            ClaimAnswer.Result result,
            @Nullable Claim before,
            long greatest,
            long seed) {
        switch (wish) {
            case ClaimChange.TakeFree(String clientId)
                    when before != null && !before.owner().equals(node) -> {
                assertThat(result)
                        .as("-Dseed=%d, %s", seed, clientId)
                        .isEqualTo(new Held(before.owner(), before.epoch()));
                return greatest;
            }
            case ClaimChange.Take _, ClaimChange.TakeFree _ -> {
                String clientId = wish.clientId();
                long epoch = ((Taken) result).epoch();
                assertThat(epoch).as("-Dseed=%d", seed).isGreaterThan(greatest);
                assertThat(((Taken) result).previous())
                        .as("-Dseed=%d", seed)
                        .isEqualTo(before == null ? null : before.owner());
                model.put(clientId, new Claim(node, epoch));
                return epoch;
            }
            case ClaimChange.Release(String clientId, long epoch) -> {
                boolean isHeld = new Claim(node, epoch).equals(before);
                assertThat(result).as("-Dseed=%d", seed).isEqualTo(new Released(isHeld));
                if (isHeld) {
                    model.remove(clientId);
                }
                return greatest;
            }
        }
    }

    private static Map<String, Claim> held(PlacementState state) {
        TreeMap<String, Claim> held = new TreeMap<>();
        for (String clientId : new TreeSet<>(state.claims().byClient().keySet())) {
            Claim claim = state.claim(clientId);
            if (claim != null) {
                held.put(clientId, claim);
            }
        }
        return held;
    }

    private static PlacementState two() {
        return PlacementState.EMPTY
                .apply(new Command.Register(node("a")))
                .state()
                .apply(new Command.Register(node("b")))
                .state();
    }

    private static Node node(String nodeId) {
        return new Node(nodeId, Set.of(Role.MQTT_SERVER), Map.of());
    }

    private static PlacementState.Step change(
            PlacementState state, NodeEpoch node, ClaimChange... changes) {
        return state.apply(new Command.ChangeClaims(node, List.of(changes)));
    }

    private static ClaimChange take(String clientId) {
        return new ClaimChange.Take(clientId);
    }

    private static ClaimChange free(String clientId) {
        return new ClaimChange.TakeFree(clientId);
    }

    private static ClaimChange[] takes(String prefix, int clients) {
        ClaimChange[] takes = new ClaimChange[clients];
        for (int i = 0; i < clients; i++) {
            takes[i] = take(prefix + "-" + i);
        }
        return takes;
    }

    private static ClaimChange release(String clientId, long epoch) {
        return new ClaimChange.Release(clientId, epoch);
    }
}
