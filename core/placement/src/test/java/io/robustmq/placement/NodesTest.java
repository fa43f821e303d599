package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.placement.NodeAnswer.Registered;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Who is registered, and since when. */
class NodesTest {
    private static final Node HERE = node("n", "here");
    private static final Node THERE = node("n", "there");

    @Test
    void an_instance_keeps_its_epoch_and_another_one_takes_its_place() {
        PlacementState.Step first = PlacementState.EMPTY.apply(new Command.Register(HERE, 7));
        NodeEpoch one = new NodeEpoch("n", 1);
        assertThat(first.answer()).isEqualTo(new Registered(one));
        PlacementState.Step again = first.state().apply(new Command.Register(HERE, 7));
        assertThat(again.answer()).isEqualTo(new Registered(one));
        assertThat(again.change()).isNull();
        PlacementState.Step moved = again.state().apply(new Command.Register(THERE, 7));
        assertThat(moved.answer()).isEqualTo(new Registered(one));
        assertThat(moved.change())
                .isEqualTo(new PlacementChange.Registered(3, new Registration(THERE, one, 7)));
        PlacementState.Step other = moved.state().apply(new Command.Register(THERE, 8));
        assertThat(other.answer()).isEqualTo(new Registered(new NodeEpoch("n", 4)));
        PlacementState.Step untold = other.state().apply(new Command.Register(THERE));
        assertThat(untold.answer()).isEqualTo(new Registered(new NodeEpoch("n", 5)));
        assertThat(untold.state().apply(new Command.Register(THERE)).answer())
                .isEqualTo(new Registered(new NodeEpoch("n", 6)));
    }

    @Test
    void what_is_asked_for_in_the_name_of_an_earlier_registration_changes_nothing() {
        PlacementState state =
                PlacementState.EMPTY
                        .apply(new Command.Register(HERE, 7))
                        .state()
                        .apply(new Command.Register(HERE, 8))
                        .state();
        NodeEpoch old = new NodeEpoch("n", 1);
        assertThat(state.apply(new Command.Deregister("n", 1)).change()).isNull();
        assertThat(state.apply(new Command.ExpireNodes(List.of(old))).change()).isNull();
        assertThat(
                        state.apply(
                                        new Command.ChangeClaims(
                                                old, List.of(new ClaimChange.Take("c"))))
                                .answer())
                .isEqualTo(new ClaimAnswer.Superseded(2));
        NodeEpoch now = new NodeEpoch("n", 2);
        assertThat(state.apply(new Command.Deregister("n", 2)).change())
                .isEqualTo(new PlacementChange.Removed(3, now));
        assertThat(state.apply(new Command.ExpireNodes(List.of(old, now, now))).change())
                .isEqualTo(new PlacementChange.NodesExpired(3, List.of(now)));
    }

    @Test
    void there_are_no_more_nodes_than_may_be() {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < Nodes.MAX; i++) {
            state = state.apply(new Command.Register(node("n" + i, "x"))).state();
        }
        PlacementState.Step more = state.apply(new Command.Register(HERE));
        assertThat(more.answer()).isEqualTo(new NodeAnswer.Full(1024));
        assertThat(more.state().nodes()).isEqualTo(state.nodes());
        assertThat(state.apply(new Command.Register(node("n0", "y"))).change()).isNotNull();
    }

    @Test
    void the_bytes_in_the_log_are_these() {
        Node node = new Node("n", Set.of(Role.MQTT_SERVER), Map.of());
        assertThat(hex(new Command.Register(node, 258)))
                .isEqualTo("0103" + "00016e" + "0103" + "0000" + "0000000000000102");
        assertThat(hex(new Command.Deregister("n", 3)))
                .isEqualTo("0104" + "00016e" + "0000000000000003");
        assertThat(hex(new Command.ExpireNodes(List.of(new NodeEpoch("n", 3)))))
                .isEqualTo("0105" + "0001" + "00016e" + "0000000000000003");
    }

    private record Known(long instance, long epoch, Node node) {}

    @Test
    void whatever_happens_they_are_what_a_plain_map_would_hold() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        PlacementState state = PlacementState.EMPTY;
        TreeMap<String, Known> model = new TreeMap<>();
        for (int i = 1; i <= 5_000; i++) {
            Node node = node("n" + chance.nextInt(4), "a" + chance.nextInt(3));
            long instance = chance.nextInt(3);
            Known known = model.get(node.nodeId());
            long epoch = known == null || chance.nextInt(3) == 0 ? chance.nextInt(9) : known.epoch;
            boolean isNow = known != null && known.epoch == epoch;
            Command command;
            switch (chance.nextInt(3)) {
                case 0 -> {
                    command = new Command.Deregister(node.nodeId(), epoch);
                    if (isNow || epoch == Command.Deregister.ANY_EPOCH) {
                        model.remove(node.nodeId());
                    }
                }
                case 1 -> {
                    command = new Command.ExpireNodes(List.of(new NodeEpoch(node.nodeId(), epoch)));
                    if (isNow) {
                        model.remove(node.nodeId());
                    }
                }
                default -> {
                    command = new Command.Register(node, instance);
                    boolean isSame = known != null && instance != 0 && known.instance == instance;
                    long since = known != null && isSame ? known.epoch : i;
                    model.put(node.nodeId(), new Known(instance, since, node));
                }
            }
            state = state.apply(command).state();
            TreeMap<String, Known> held = new TreeMap<>();
            state.nodes()
                    .byId()
                    .forEach((id, each) ->
                            held.put(id, new Known(each.instance(), each.epoch(), each.node())));
            assertThat(held).as("-Dseed=%d", seed).isEqualTo(model);
        }
    }

    private static Node node(String nodeId, String address) {
        return new Node(nodeId, Set.of(Role.MQTT_SERVER), Map.of("mqtt", address));
    }

    private static String hex(Command command) {
        return HexFormat.of().formatHex(command.encoded());
    }
}
