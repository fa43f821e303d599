package io.robustmq.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cp.internal.raft.MembershipChangeMode;
import com.hazelcast.cp.internal.raft.impl.RaftEndpoint;
import com.hazelcast.cp.internal.raft.impl.command.UpdateRaftGroupMembersCmd;
import com.hazelcast.cp.internal.raft.impl.dto.AppendFailureResponse;
import com.hazelcast.cp.internal.raft.impl.dto.AppendRequest;
import com.hazelcast.cp.internal.raft.impl.dto.AppendSuccessResponse;
import com.hazelcast.cp.internal.raft.impl.dto.PreVoteRequest;
import com.hazelcast.cp.internal.raft.impl.dto.PreVoteResponse;
import com.hazelcast.cp.internal.raft.impl.dto.TriggerLeaderElection;
import com.hazelcast.cp.internal.raft.impl.dto.VoteRequest;
import com.hazelcast.cp.internal.raft.impl.dto.VoteResponse;
import com.hazelcast.cp.internal.raft.impl.log.LogEntry;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RaftMessagesTest {
    private static final MemberId A = new MemberId(1, 2);
    private static final MemberId B = new MemberId(3, 4);
    private static final MemberId GROUP = new MemberId(5, 6);
    private static final RaftEndpoint FROM = new Endpoint(A);
    private static final Member ONE = new Member(A, "one", "host:1");
    private static final Operation.Change CHANGE =
            new Operation.Change(
                    new CommandId(B, 7),
                    new Command.Register(
                            new Node("n", Set.of(Role.MQTT_SERVER), Map.of("mqtt", "h:1883"))));
    private static final LogEntry[] ENTRIES = {
        new LogEntry(3, 10, new Operation.Nothing()),
        new LogEntry(3, 11, CHANGE),
        new LogEntry(
                4,
                12,
                new UpdateRaftGroupMembersCmd(
                        List.of(FROM, new Endpoint(B)), new Endpoint(B), MembershipChangeMode.ADD))
    };

    static Stream<Object> messages() {
        PlacementState state = PlacementState.EMPTY.apply(CHANGE.id(), CHANGE.command()).state();
        return Stream.of(
                new Message.Hello(
                        ONE, true, List.of("one", "two"), List.of(ONE), List.of(ONE), List.of(B)),
                new Message.Forward(CHANGE),
                new Message.Heartbeats(List.of(new NodeEpoch("n", 8), new NodeEpoch("m", 9))),
                new Message.AskBarrier(9),
                new Message.BarrierAt(9, 10),
                new PreVoteRequest(FROM, 1, 2, 3),
                new PreVoteResponse(FROM, 1, true),
                new VoteRequest(FROM, 1, 2, 3, true),
                new VoteResponse(FROM, 1, false),
                new AppendRequest(FROM, 5, 3, 9, 8, ENTRIES, 6, 7),
                new AppendSuccessResponse(FROM, 5, 12, 6, 7),
                new AppendFailureResponse(FROM, 5, 12, 7),
                new Message.Offer(5, 6, 7, 8, 9, new SnapshotHead(3, 11, 2, List.of(A, B))),
                new Message.Ask(8, 9, 10, true),
                Message.Piece.of(8, 9, 10, state.encoded().next()),
                new TriggerLeaderElection(FROM, 5, 3, 12));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void what_is_sent_arrives(Object message) throws Exception {
        byte[] bytes = encoded(message);
        RaftMessages.Envelope read = RaftMessages.decoded(bytes);
        assertThat(read.group()).isEqualTo(GROUP);
        assertThat(read.from()).isEqualTo(A);
        assertThat(read.to()).isEqualTo(B);
        assertThat(read.message().getClass()).isEqualTo(message.getClass());
        assertThat(RaftMessages.encoded(read)).as("and says the same").isEqualTo(bytes);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void what_is_cut_or_longer_is_refused(Object message) throws Exception {
        byte[] bytes = encoded(message);
        for (int length = 0; length <= bytes.length + 1; length++) {
            byte[] other = Arrays.copyOf(bytes, length);
            if (length != bytes.length) {
                assertThatThrownBy(() -> RaftMessages.decoded(other))
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void damage_is_refused_or_another_message_and_nothing_else() throws Exception {
        long seed = Long.getLong("seed", new SplittableRandom().nextLong());
        System.out.println("-Dseed=" + seed);
        SplittableRandom chance = new SplittableRandom(seed);
        for (Object message : messages().toList()) {
            for (int i = 0; i < 2_000; i++) {
                byte[] bytes = encoded(message);
                for (int n = 1 + chance.nextInt(3); n > 0; n--) {
                    bytes[chance.nextInt(bytes.length)] = (byte) chance.nextInt(256);
                }
                try {
                    assertThat(RaftMessages.decoded(bytes)).isNotNull();
                } catch (IOException refused) {
                    assertThat(refused).isNotNull();
                }
            }
        }
    }

    @Test
    void of_many_large_entries_the_first_are_sent() throws Exception {
        Command large =
                new Command.Register(
                        new Node("n", Set.of(Role.MQTT_SERVER), Map.of("k", "x".repeat(1024))));
        LogEntry[] entries = new LogEntry[10_000];
        for (int i = 0; i < entries.length; i++) {
            Operation change = new Operation.Change(new CommandId(A, i), large);
            entries[i] = new LogEntry(1, i + 1, change);
        }
        byte[] bytes = encoded(new AppendRequest(FROM, 1, 0, 0, 0, entries, 0, 0));
        AppendRequest read = (AppendRequest) RaftMessages.decoded(bytes).message();
        assertThat(bytes.length).isLessThan(5 << 20);
        assertThat(read.entryCount()).isBetween(1_000, 9_999);
    }

    private static byte[] encoded(Object message) throws IOException {
        return RaftMessages.encoded(new RaftMessages.Envelope(GROUP, A, B, message));
    }
}
