package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceTarget;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CommandTest {
    private static final Node NODE =
            new Node("n", EnumSet.allOf(Role.class), Map.of("b", "2", "a", "ü"));
    private static final Instant FIRST = Instant.ofEpochSecond(1);
    private static final Instant SECOND = Instant.ofEpochSecond(2);
    private static final Author BY = new Author("n", new Admin("w", "f", Admin.Outcome.DONE));
    private static final Command TRACE =
            new Command.BeginTrace(
                    new TraceOrder(
                            "a", TraceTarget.TOPIC, "a/#", FIRST.plusNanos(5), SECOND, 100, BY));

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
        assertThat(HexFormat.of().formatHex(TRACE.encoded()))
                .isEqualTo(
                        "0110"
                                + "000161"
                                + "02"
                                + "0003612f23"
                                + "000000000000000100000005"
                                + "000000000000000200000000"
                                + "00000064"
                                + "00016e"
                                + "000177"
                                + "000166");
        assertThat(HexFormat.of().formatHex(new Command.EndTrace("a", BY).encoded()))
                .isEqualTo("0111" + "000161" + "00016e" + "000177" + "000166");
        assertThat(HexFormat.of().formatHex(level(Severity.DEBUG, null).encoded()))
                .isEqualTo(
                        "0112"
                                + "000163"
                                + "01"
                                + "000000000000000100000000"
                                + "000000000000000000000000"
                                + "00016e"
                                + "000177"
                                + "000166");
        assertThat(HexFormat.of().formatHex(new Command.Expire(SECOND).encoded()))
                .isEqualTo("0113" + "000000000000000200000000");
    }

    @Test
    void what_is_to_be_logged_comes_back_as_it_was() throws Exception {
        Author by =
                new Author("点".repeat(Node.MAX_TEXT), Admin.withToken("文".repeat(Author.MAX_TEXT)));
        for (TraceTarget kind : TraceTarget.values()) {
            Command trace =
                    new Command.BeginTrace(
                            new TraceOrder(
                                    "点".repeat(TraceOrder.MAX_ID),
                                    kind,
                                    "x".repeat(TraceOrder.MAX_TARGET_BYTES),
                                    FIRST,
                                    Instant.MAX,
                                    Integer.MAX_VALUE,
                                    by));
            assertThat(Command.decoded(trace.encoded())).isEqualTo(trace);
        }
        for (Severity severity : Severity.values()) {
            Command level = level(severity, SECOND);
            assertThat(Command.decoded(level.encoded())).isEqualTo(level);
        }
        Command otherwise = level(null, null);
        assertThat(Command.decoded(otherwise.encoded())).isEqualTo(otherwise);
        Command expire = new Command.Expire(Instant.MIN);
        assertThat(Command.decoded(expire.encoded())).isEqualTo(expire);
    }

    private static Command level(@Nullable Severity severity, @Nullable Instant until) {
        return new Command.SetLevel(new LevelOrder("c", severity, FIRST, until, BY));
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
        Everything some = new Everything(chance.split());
        List<Command> commands = new ArrayList<>(List.of(new Command.Register(NODE), TRACE));
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < 200; i++) {
            commands.add(some.command(state));
            state = state.apply(commands.getLast()).state();
        }
        for (int i = 0; i < 50_000; i++) {
            byte[] whole = commands.get(i % commands.size()).encoded();
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
        assertThat(state.nodes().all()).containsExactly(NODE);
    }
}
