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
    private static final Member OTHER = new Member(new MemberId(9, 9), "o", "h:9");
    private static final Member THIRD = new Member(new MemberId(8, 8), "p", "h:8");
    private static final Member MOVED = new Member(ID, "m", "h:2");

    @Test
    void a_member_comes_may_move_and_goes() {
        PlacementState.Step added = added(PlacementState.EMPTY, ONE);
        assertThat(added.change()).isEqualTo(new PlacementChange.MemberAdded(1, ONE, BY, "y"));
        PlacementState.Step again = added(added.state(), ONE);
        assertThat(again.change()).isNull();
        PlacementState.Step moved = added(again.state(), MOVED);
        assertThat(moved.state().members().byId()).containsExactly(Map.entry(ID, MOVED));
        assertThat(removed(moved.state()).change()).as("the last one stays").isNull();
        PlacementState two = added(moved.state(), OTHER).state();
        PlacementState.Step removed = removed(two);
        assertThat(removed.change())
                .isEqualTo(new PlacementChange.MemberRemoved(5, MOVED, BY, "y"));
        assertThat(removed(removed.state()).answer()).isEqualTo(new Answer.Agreed(false));
    }

    /** Raft's group follows one change after the other. */
    @Test
    void of_two_changes_wished_among_the_same_members_one_is_made() {
        PlacementState one = added(PlacementState.EMPTY, ONE).state();
        Command add = add(one, OTHER);
        PlacementState two = added(one, THIRD).state();
        assertThat(two.apply(add).answer()).isEqualTo(new Answer.Agreed(false));
        Command remove = remove(two);
        PlacementState three = added(two, OTHER).state();
        assertThat(three.apply(remove).answer()).isEqualTo(new Answer.Agreed(false));
        assertThat(three.members().byId()).hasSize(3);
    }

    @Test
    void one_that_is_not_there_is_not_let_in_by_telling_its_address() {
        Command.MoveMember move = new Command.MoveMember(ID, "h:2", BY, "y");
        assertThat(PlacementState.EMPTY.apply(move).change()).isNull();
        assertThat(added(PlacementState.EMPTY, ONE).state().apply(move).change())
                .isEqualTo(new PlacementChange.MemberAdded(2, MOVED, BY, "y"));
    }

    @Test
    void there_are_no_more_than_may_be() {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < Members.MAX; i++) {
            state = added(state, new Member(new MemberId(i, 0), "m" + i, "")).state();
        }
        assertThat(added(state, ONE).change()).isNull();
    }

    @Test
    void the_bytes_in_the_log_are_these() {
        String id = "0000000000000001" + "0000000000000002";
        String author = "00016e" + "000177" + "000166";
        PlacementState one = added(PlacementState.EMPTY, ONE).state();
        String among = "0001" + id;
        assertThat(HexFormat.of().formatHex(add(one, ONE).encoded()))
                .isEqualTo("0133" + id + "00016d" + "0003683a31" + among + author + "000179");
        assertThat(HexFormat.of().formatHex(remove(one).encoded()))
                .isEqualTo("0134" + id + among + author + "000179");
        Command older = new Command.AddMember(ONE, null, BY, "y");
        assertThat(HexFormat.of().formatHex(older.encoded()))
                .isEqualTo("0130" + id + "00016d" + "0003683a31" + author + "000179");
        assertThat(HexFormat.of().formatHex(removeAmongAny().encoded()))
                .isEqualTo("0131" + id + author + "000179");
    }

    /** In a log of an earlier version; all members have to fold it as that one did. */
    @Test
    void a_change_that_does_not_say_among_whom_is_made_among_any() throws Exception {
        PlacementState two = added(added(PlacementState.EMPTY, ONE).state(), OTHER).state();
        Command older = Command.decoded(removeAmongAny().encoded());
        assertThat(older).isEqualTo(removeAmongAny());
        assertThat(two.apply(older).answer()).isEqualTo(new Answer.Agreed(true));
        Command add = Command.decoded(new Command.AddMember(THIRD, null, BY, "y").encoded());
        assertThat(two.apply(add).answer()).isEqualTo(new Answer.Agreed(true));
    }

    private static Command removeAmongAny() {
        return new Command.RemoveMember(ID, null, BY, "y");
    }

    private static PlacementState.Step added(PlacementState state, Member member) {
        return state.apply(add(state, member));
    }

    private static PlacementState.Step removed(PlacementState state) {
        return state.apply(remove(state));
    }

    private static Command add(PlacementState state, Member member) {
        return new Command.AddMember(member, state.members().ids(), BY, "y");
    }

    private static Command remove(PlacementState state) {
        return new Command.RemoveMember(ID, state.members().ids(), BY, "y");
    }
}
