package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CommandTest {
    private static final Node NODE =
            new Node("n", EnumSet.allOf(Role.class), Map.of("b", "2", "a", "ü"));

    @Test
    void the_bytes_in_the_log_are_these() {
        assertThat(HexFormat.of().formatHex(new Command.Register(NODE).encoded()))
                .isEqualTo(
                        "01010001"
                                + "6e"
                                + "03010203"
                                + "0002"
                                + "000161"
                                + "0002c3bc"
                                + "00016200"
                                + "0132");
        assertThat(HexFormat.of().formatHex(new Command.Deregister("n").encoded()))
                .isEqualTo("010200016e");
    }

    @Test
    void the_largest_node_comes_back_as_it_was() throws Exception {
        Map<String, String> extendInfo = new HashMap<>();
        for (int i = 0; i < Node.MAX_EXTEND_INFO; i++) {
            extendInfo.put(
                    "中".repeat(Node.MAX_TEXT - 2) + (char) ('a' + i / 26) + (char) ('a' + i % 26),
                    "文".repeat(Node.MAX_TEXT));
        }
        Command command =
                new Command.Register(
                        new Node("点".repeat(Node.MAX_TEXT), Set.of(Role.MQTT_SERVER), extendInfo));
        assertThat(Command.decoded(command.encoded())).isEqualTo(command);
    }

    @Test
    void a_newer_version_and_an_unknown_kind_are_refused_by_their_numbers() {
        assertThatThrownBy(() -> Command.decoded(new byte[] {2, 1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2, known is 1");
        assertThatThrownBy(() -> Command.decoded(new byte[] {1, 9}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("kind 9");
    }

    @Test
    void no_bytes_do_more_than_throw_an_ioexception() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        byte[] whole = new Command.Register(NODE).encoded();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Arrays.copyOf(whole, chance.nextInt(whole.length + 3));
            for (int n = chance.nextInt(4); n > 0 && bytes.length > 0; n--) {
                bytes[chance.nextInt(bytes.length)] = (byte) chance.nextInt();
            }
            try {
                Command.decoded(bytes).encoded();
            } catch (IOException expected) {
                // the only one allowed
            } catch (RuntimeException e) {
                throw new AssertionError("with -Dseed=" + seed + " " + Arrays.toString(bytes), e);
            }
        }
    }

    @Test
    void the_same_commands_make_the_same_state() {
        PlacementState state = PlacementState.EMPTY;
        for (Command command :
                new Command[] {
                    new Command.Register(NODE),
                    new Command.Deregister("other"),
                    new Command.Deregister("n"),
                    new Command.Register(NODE)
                }) {
            state = state.apply(command).state();
        }
        assertThat(state.revision()).isEqualTo(4);
        assertThat(state.nodes()).containsOnly(Map.entry("n", NODE));
    }
}
