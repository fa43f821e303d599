package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What holds after whatever commands. */
class StatePropertyTest {
    private static final int ROUNDS = 100;
    private static final int COMMANDS = 200;

    @Test
    void commands_make_the_same_state_from_the_log_and_from_any_snapshot_on_the_way()
            throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        for (int round = 0; round < ROUNDS; round++) {
            Everything some = new Everything(chance.split());
            PlacementState state = PlacementState.EMPTY;
            PlacementState restored = PlacementState.EMPTY;
            for (int i = 0; i < COMMANDS; i++) {
                Command command = some.command(state);
                assertThat(Command.decoded(command.encoded()))
                        .as("-Dseed=%d", seed)
                        .isEqualTo(command);
                CommandId id = some.id(i);
                PlacementState.Step step = state.apply(id, command);
                PlacementState.Step again = restored.apply(id, Command.decoded(command.encoded()));
                assertThat(again).as("-Dseed=%d", seed).isEqualTo(step);
                state = step.state();
                restored = again.state();
                if (chance.nextInt(20) == 0) {
                    List<byte[]> chunks = StateSnapshotTest.chunks(state);
                    restored = PlacementState.decoded(chunks.iterator());
                    assertThat(restored).as("-Dseed=%d", seed).isEqualTo(state);
                    assertThat(StateSnapshotTest.chunks(restored))
                            .as("-Dseed=%d", seed)
                            .usingElementComparator(Arrays::compare)
                            .isEqualTo(chunks);
                }
            }
        }
    }

    @Test
    void a_state_is_not_changed_by_what_is_made_of_it() {
        long seed = Long.getLong("seed", System.nanoTime());
        Everything some = new Everything(new SplittableRandom(seed));
        List<PlacementState> states = new ArrayList<>(List.of(PlacementState.EMPTY));
        List<List<byte[]>> bytes =
                new ArrayList<>(List.of(StateSnapshotTest.chunks(PlacementState.EMPTY)));
        for (int i = 0; i < COMMANDS; i++) {
            states.add(states.getLast().apply(some.command(states.getLast())).state());
            bytes.add(StateSnapshotTest.chunks(states.getLast()));
        }
        for (int i = 0; i < states.size(); i++) {
            assertThat(StateSnapshotTest.chunks(states.get(i)))
                    .as("-Dseed=%d", seed)
                    .usingElementComparator(Arrays::compare)
                    .isEqualTo(bytes.get(i));
        }
    }
}
