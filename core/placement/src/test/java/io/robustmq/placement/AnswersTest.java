package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.Admin;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** A command that is sent again. */
class AnswersTest {
    private static final Author BY = new Author("n", Admin.NODE);
    private static final MemberId ORIGIN = new MemberId(1, 1);
    private static final Command CREATE =
            new Command.ChangeDocuments(
                    List.of(DocumentChange.create(DocumentKind.ACL, "a", Content.of(new byte[1]))),
                    BY,
                    "");

    @Test
    void it_is_done_once_and_answered_as_then() {
        PlacementState.Step first = PlacementState.EMPTY.apply(id(1), CREATE);
        assertThat(first.answer()).isEqualTo(new DocumentAnswer.Changed(1));
        PlacementState.Step other = first.state().apply(id(2), CREATE);
        assertThat(other.answer()).isInstanceOf(DocumentAnswer.Conflicts.class);
        PlacementState.Step again = other.state().apply(id(1), CREATE);
        assertThat(again.answered()).isEqualTo(new Answered(1, new DocumentAnswer.Changed(1)));
        assertThat(again.change()).isNull();
        assertThat(again.agreement()).isEqualTo(new Agreement(1, true));
        assertThat(again.state().revision()).isEqualTo(3);
        assertThat(again.state().documents()).isEqualTo(first.state().documents());
        assertThat(again.state().apply(new CommandId(new MemberId(1, 2), 1), CREATE).answer())
                .as("of somebody else")
                .isInstanceOf(DocumentAnswer.Conflicts.class);
    }

    @Test
    void one_that_is_too_old_to_be_known_is_not_done() {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i <= Window.WIDTH; i++) {
            state = state.apply(id(i), new Command.Deregister("nobody")).state();
        }
        assertThat(state.apply(id(1), CREATE).answer()).isEqualTo(new Answer.Agreed(false));
        PlacementState.Step late = state.apply(id(0), CREATE);
        assertThat(late.answer()).isEqualTo(new Answer.TooLate());
        assertThat(late.state().documents()).isEqualTo(Documents.NONE);
        assertThatThrownBy(() -> late.answer(DocumentAnswer.class))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(AnswerLostException.class)
                .hasMessageContaining("so late");
    }

    @Test
    void long_answers_are_forgotten_but_not_that_it_was_done() {
        Node node = new Node("n", Set.of(Role.MQTT_SERVER), Map.of());
        PlacementState state = PlacementState.EMPTY.apply(new Command.Register(node)).state();
        List<ClaimChange> takes = new ArrayList<>();
        for (int i = 0; i < ClaimChange.MAX; i++) {
            takes.add(new ClaimChange.Take("c" + i));
        }
        Command claim = new Command.ChangeClaims(new NodeEpoch("n", 1), takes);
        for (int i = 0; i < 20; i++) {
            state = state.apply(id(i), claim).state();
            Window window = state.answers().byOrigin().getOrDefault(ORIGIN, Window.NONE);
            assertThat(window.bytes()).isBetween(1L, Window.MAX_BYTES);
        }
        PlacementState.Step old = state.apply(id(0), claim);
        assertThat(old.answered()).isEqualTo(new Answered(2, new Answer.Forgotten(true)));
        assertThatThrownBy(() -> old.answer(ClaimAnswer.class))
                .hasMessageContaining("agreed at revision 2");
        assertThat(state.apply(id(19), claim).answer()).isInstanceOf(ClaimAnswer.Done.class);
    }

    @Test
    void of_too_many_origins_the_one_that_was_silent_for_longest_goes() {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < Answers.MAX; i++) {
            state = state.apply(origin(i), new Command.Deregister("nobody")).state();
        }
        state = state.apply(new CommandId(new MemberId(0, 0), 2), CREATE).state();
        state = state.apply(origin(Answers.MAX), CREATE).state();
        assertThat(state.answers().byOrigin())
                .hasSize(Answers.MAX)
                .containsKey(new MemberId(0, 0))
                .doesNotContainKey(new MemberId(1, 0));
    }

    @Test
    void the_bytes_of_answers_are_these_and_they_come_back() throws Exception {
        NodeEpoch node = new NodeEpoch("n", 7);
        Map<Answer, String> answers =
                Map.ofEntries(
                        Map.entry(new Answer.Agreed(true), "0101"),
                        Map.entry(new Answer.Forgotten(false), "0200"),
                        Map.entry(new Answer.TooLate(), "03"),
                        Map.entry(new NodeAnswer.Registered(node), "0400016e0000000000000007"),
                        Map.entry(new NodeAnswer.Full(9), "0500000009"),
                        Map.entry(new DocumentAnswer.Changed(9), "060000000000000009"),
                        Map.entry(
                                new DocumentAnswer.Conflicts(
                                        List.of(new DocumentAnswer.Conflict(2, 9))),
                                "07000100020000000000000009"),
                        Map.entry(
                                new DocumentAnswer.Full(1, 2),
                                "0800000000000000010000000000000002"),
                        Map.entry(
                                new ClaimAnswer.Done(
                                        List.of(
                                                new ClaimAnswer.Result.Taken(1, null),
                                                new ClaimAnswer.Result.Taken(2, node),
                                                new ClaimAnswer.Result.Released(true),
                                                new ClaimAnswer.Result.Released(false),
                                                new ClaimAnswer.Result.Held(node, 5))),
                                "090005"
                                        + "010000000000000001"
                                        + "02000000000000000200016e0000000000000007"
                                        + "0304"
                                        + "0500016e00000000000000070000000000000005"),
                        Map.entry(new ClaimAnswer.Superseded(3), "0a0000000000000003"),
                        Map.entry(new ClaimAnswer.Full(3), "0b00000003"));
        for (Map.Entry<Answer, String> each : answers.entrySet()) {
            Output out = new Output(1);
            AnswerCodec.put(out, each.getKey());
            assertThat(HexFormat.of().formatHex(out.made())).isEqualTo(each.getValue());
            assertThat(Input.whole(ByteBuffer.wrap(out.made()), "an answer", AnswerCodec::next))
                    .isEqualTo(each.getKey());
        }
    }

    @Test
    void whatever_is_sent_again_in_whatever_order_is_done_once() {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom chance = new SplittableRandom(seed);
        for (int round = 0; round < 50; round++) {
            Everything some = new Everything(chance.split());
            PlacementState state = PlacementState.EMPTY;
            PlacementState once = PlacementState.EMPTY;
            Map<CommandId, Answered> model = new HashMap<>();
            for (int i = 0; i < 300; i++) {
                CommandId id = some.id(i);
                Command command = some.command(state);
                PlacementState.Step step = state.apply(id, command);
                Answered before = model.get(id);
                if (before == null) {
                    PlacementState.Step alone = at(once, state.revision()).apply(command);
                    assertThat(step.answered()).as("-Dseed=%d", seed).isEqualTo(alone.answered());
                    assertThat(step.change()).as("-Dseed=%d", seed).isEqualTo(alone.change());
                    once = alone.state();
                    model.put(id, step.answered());
                } else {
                    assertThat(step.answered()).as("-Dseed=%d", seed).isEqualTo(before);
                    assertThat(step.change()).as("-Dseed=%d", seed).isNull();
                }
                state = step.state();
            }
        }
    }

    /** Commands that are not done count as revisions. */
    private static PlacementState at(PlacementState state, long revision) {
        return new PlacementState(
                revision,
                state.nodes(),
                state.orders(),
                state.documents(),
                state.claims(),
                state.members(),
                state.answers());
    }

    private static CommandId id(long number) {
        return new CommandId(ORIGIN, number);
    }

    private static CommandId origin(int origin) {
        return new CommandId(new MemberId(origin, 0), 1);
    }
}
