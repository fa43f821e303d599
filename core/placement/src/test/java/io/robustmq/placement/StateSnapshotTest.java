package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.TraceTarget;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A state as bytes, and back. */
class StateSnapshotTest {
    private static final Author BY = new Author("n", new Admin("w", "f", Admin.Outcome.DONE));
    private static final Instant FIRST = Instant.ofEpochSecond(1);
    private static final Instant SECOND = Instant.ofEpochSecond(2);

    @Test
    void the_bytes_are_these() {
        Node node = new Node("n", Set.of(Role.MQTT_SERVER), Map.of("a", "1"));
        PlacementState state =
                after(
                        new Command.Register(node, 5),
                        new Command.BeginTrace(
                                new TraceOrder("t", TraceTarget.CLIENT, "c", FIRST, SECOND, 7, BY)),
                        new Command.SetLevel(new LevelOrder("x", null, FIRST, null, BY)),
                        new Command.SetLevel(new LevelOrder("x", null, FIRST, SECOND, BY)),
                        new Command.ChangeDocuments(
                                List.of(
                                        DocumentChange.create(
                                                DocumentKind.USER, "u", Content.of(new byte[1]))),
                                BY,
                                "y"),
                        new Command.ChangeClaims(
                                new NodeEpoch("n", 1),
                                List.of(new ClaimChange.Take("c1"), new ClaimChange.Take("c2"))),
                        new Command.AddMember(
                                new Member(new MemberId(1, 2), "m", "h:1"), List.of(), BY, ""));
        CommandId id = new CommandId(new MemberId(3, 4), 5);
        state = state.apply(id, new Command.Deregister("nobody")).state();
        String author = "00016e" + "000177" + "000166";
        String first = "000000000000000100000000";
        String second = "000000000000000200000000";
        String none = "000000000000000000000000";
        assertThat(chunks(state))
                .singleElement()
                .extracting(HexFormat.of()::formatHex)
                .isEqualTo(
                        String.join(
                                "",
                                List.of(
                                        "01" + "00000000",
                                        "01" + "0000000000000008" + "0000" + "00",
                                        "02" + "00016e" + "0103" + "0001" + "000161" + "000131",
                                        "0000000000000001" + "0000000000000005",
                                        "03" + "000174" + "01" + "000163" + first + second,
                                        "00000007" + author,
                                        "04" + "000178" + "00" + first + none + author,
                                        "05" + "000178" + "00" + first + second + author,
                                        "06" + "03" + "000175",
                                        "0000000000000005" + "0000000000000005",
                                        "00000001" + "00" + author + "000179",
                                        "07" + "00026331" + "00000000" + "0000000000006000",
                                        "00016e" + "0000000000000001",
                                        "07" + "00026332" + "00000000" + "0000000000006001",
                                        "08" + "0000000000000001" + "0000000000000002",
                                        "00016d" + "0003683a31",
                                        "09" + "0000000000000003" + "0000000000000004",
                                        "0000000000000008",
                                        "0a" + "0000000000000005" + "0000000000000008",
                                        "01" + "00",
                                        "7f" + "000000000000000b")));
    }

    @Test
    void a_state_comes_back_as_it_was_and_its_chunks_are_bounded() throws Exception {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < 500; i++) {
            Node node = new Node("n" + i, Set.of(Role.MQTT_SERVER), Map.of("k", "v".repeat(1024)));
            state = state.apply(new Command.Register(node)).state();
        }
        List<byte[]> chunks = chunks(state);
        assertThat(chunks).hasSizeBetween(8, 10);
        assertThat(chunks).allMatch(chunk -> chunk.length < StateWriter.CHUNK_BYTES + 1100);
        assertThat(PlacementState.decoded(chunks.iterator())).isEqualTo(state);
        assertThat(PlacementState.decoded(PlacementState.EMPTY.encoded()))
                .isEqualTo(PlacementState.EMPTY);
    }

    @Test
    void claims_that_are_being_taken_out_go_on_being_so() throws Exception {
        PlacementState state =
                after(new Command.Register(new Node("n", Set.of(Role.MQTT_SERVER), Map.of())));
        List<ClaimChange> takes = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            takes.add(new ClaimChange.Take("c" + i));
        }
        state = state.apply(new Command.ChangeClaims(new NodeEpoch("n", 1), takes)).state();
        state = state.apply(new Command.Deregister("n")).state();
        PlacementState restored = PlacementState.decoded(state.encoded());
        while (state.claims().laps() > 0) {
            assertThat(restored).isEqualTo(state);
            state = state.apply(new Command.Deregister("nobody")).state();
            restored = restored.apply(new Command.Deregister("nobody")).state();
        }
        assertThat(restored).isEqualTo(state);
        assertThat(state.claims()).isEqualTo(Claims.NONE);
    }

    @Test
    void a_chunk_that_is_missing_or_twice_or_of_another_version_is_told() {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < 200; i++) {
            Node node = new Node("n" + i, Set.of(Role.MQTT_SERVER), Map.of("k", "v".repeat(1024)));
            state = state.apply(new Command.Register(node)).state();
        }
        List<byte[]> chunks = chunks(state);
        assertThatThrownBy(() -> PlacementState.decoded(chunks.subList(0, 2).iterator()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ends in its middle, after chunk 1");
        assertThatThrownBy(() ->
                        PlacementState.decoded(
                                List.of(chunks.getFirst(), chunks.getFirst()).iterator()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chunk 0 of the placement state, expected was 1");
        byte[] newer = chunks.getFirst().clone();
        newer[0] = 9;
        assertThatThrownBy(() -> PlacementState.decoded(List.of(newer).iterator()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 9, known is 1");
    }

    @Test
    void no_bytes_do_more_than_throw_an_ioexception() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        byte[] whole = chunks(Everything.state(seed)).getFirst();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = whole.clone();
            for (int n = 1 + chance.nextInt(4); n > 0; n--) {
                bytes[chance.nextInt(bytes.length)] = (byte) chance.nextInt();
            }
            try {
                chunks(PlacementState.decoded(List.of(bytes).iterator()));
            } catch (IOException expected) {
                // the only one allowed
            } catch (RuntimeException e) {
                throw new AssertionError("with -Dseed=" + seed, e);
            }
        }
    }

    private static PlacementState after(Command... commands) {
        PlacementState state = PlacementState.EMPTY;
        for (Command command : commands) {
            state = state.apply(command).state();
        }
        return state;
    }

    static List<byte[]> chunks(PlacementState state) {
        List<byte[]> chunks = new ArrayList<>();
        state.encoded().forEachRemaining(chunks::add);
        return chunks;
    }
}
