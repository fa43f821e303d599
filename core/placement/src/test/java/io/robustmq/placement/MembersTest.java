package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.telemetry.event.Admin;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Of the group that agrees, as the state has them. */
class MembersTest {
    private static final Author BY = new Author("n", new Admin("w", "f", Admin.Outcome.DONE));
    private static final MemberId ID = new MemberId(1, 2);
    private static final Member ONE = new Member(ID, "m", "h:1");
    private static final Member MOVED = new Member(ID, "m", "h:2");

    @Test
    void a_member_comes_may_move_and_goes() {
        PlacementState.Step added = PlacementState.EMPTY.apply(add(ONE));
        assertThat(added.change()).isEqualTo(new PlacementChange.MemberAdded(1, ONE, BY, "y"));
        PlacementState.Step again = added.state().apply(add(ONE));
        assertThat(again.change()).isNull();
        PlacementState.Step moved = again.state().apply(add(MOVED));
        assertThat(moved.state().members().byId()).containsExactly(Map.entry(ID, MOVED));
        Command.RemoveMember remove = new Command.RemoveMember(ID, BY, "");
        assertThat(moved.state().apply(remove).change()).as("the last one stays").isNull();
        PlacementState two =
                moved.state().apply(add(new Member(new MemberId(9, 9), "o", "h:9"))).state();
        PlacementState.Step removed = two.apply(remove);
        assertThat(removed.change()).isEqualTo(new PlacementChange.MemberRemoved(5, MOVED, BY, ""));
        assertThat(removed.state().apply(new Command.RemoveMember(ID, BY, "")).answer())
                .isEqualTo(new Answer.Agreed(false));
    }

    @Test
    void one_that_is_not_there_is_not_let_in_by_telling_its_address() {
        Command.MoveMember move = new Command.MoveMember(ID, "h:2", BY, "y");
        assertThat(PlacementState.EMPTY.apply(move).change()).isNull();
        assertThat(PlacementState.EMPTY.apply(add(ONE)).state().apply(move).change())
                .isEqualTo(new PlacementChange.MemberAdded(2, MOVED, BY, "y"));
    }

    @Test
    void there_are_no_more_than_may_be() {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < Members.MAX; i++) {
            state = state.apply(add(new Member(new MemberId(i, 0), "m" + i, ""))).state();
        }
        assertThat(state.apply(add(ONE)).change()).isNull();
    }

    @Test
    void the_bytes_in_the_log_are_these() {
        String id = "0000000000000001" + "0000000000000002";
        String author = "00016e" + "000177" + "000166";
        assertThat(HexFormat.of().formatHex(add(ONE).encoded()))
                .isEqualTo("0130" + id + "00016d" + "0003683a31" + author + "000179");
        assertThat(HexFormat.of().formatHex(new Command.RemoveMember(ID, BY, "y").encoded()))
                .isEqualTo("0131" + id + author + "000179");
    }

    private static Command add(Member member) {
        return new Command.AddMember(member, BY, "y");
    }
}
