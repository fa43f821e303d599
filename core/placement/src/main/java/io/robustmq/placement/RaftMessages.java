package io.robustmq.placement;

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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages between members as bytes. {@link Output} says what a text is, {@link EntryCodec} what an
 * entry, {@link SnapshotHead} a head, {@link StateWriter} a chunk. A snapshot goes in pieces.
 *
 * <pre>
 *   0         1      2          18        34
 *   | version | kind | group:16 | from:16 | to:16 | ...        to: zeros for whoever is there
 *
 *    1 hello            member | asking | initial n × text | founders n × member |
 *                       members n × member | group n × id |             n:2 each
 *    2 pre-vote?        next term:4 | last term:4 | last index:8 |
 *    3 pre-vote!        term:4 | granted |
 *    4 vote?            term:4 | last term:4 | last index:8 | disruptive |
 *    5 vote!            term:4 | granted |
 *    6 append           term:4 | previous term:4 | previous index:8 | commit index:8 |
 *                       query round:8 | sequence:8 | entries n:4 | n × (bytes:4 | entry) |
 *    7 appended         term:4 | last index:8 | query round:8 | sequence:8 |
 *    8 not appended     term:4 | expected index:8 | sequence:8 |
 *   10 take over        term:4 | last term:4 | last index:8 |
 *   11 forward          entry ... |
 *   12 barrier?         request:8 |
 *   13 barrier!         request:8 | index:8 |
 *   14 heartbeats       count | count times (node id | epoch:8) |
 *   15 offer            term:4 | query round:8 | sequence:8 | transfer:8 | items:8 | head |
 *   16 ask              transfer:8 | session:8 | next:8 | again |
 *   17 piece            transfer:8 | session:8 | number:8 | crc32c:4 | chunk ... |
 * </pre>
 */
final class RaftMessages {
    static final byte VERSION = 1;
    static final int MAX_BYTES = 64 << 20;

    /** For {@code to}: whoever is there; for {@code group}: none yet. */
    static final MemberId ANYONE = new MemberId(0, 0);

    private static final int MAX_ENTRIES = 1 << 16;

    /** Entries of a message, about; at least one. */
    private static final long APPEND_BYTES = 4 << 20;

    /**
     * @param group which one, so that messages between two groups are not taken
     */
    record Envelope(MemberId group, MemberId from, MemberId to, Object message) {}

    private RaftMessages() {}

    static byte[] encoded(Envelope envelope) throws IOException {
        int room = envelope.message instanceof Message.Piece m ? 128 + m.bytes().length : 128;
        Output out = new Output(room).putByte(VERSION).putByte(kind(envelope.message));
        out.putMemberId(envelope.group).putMemberId(envelope.from).putMemberId(envelope.to);
        switch (envelope.message) {
            case Message.Hello hello -> put(out, hello);
            case PreVoteRequest m ->
                    out.putInt(m.nextTerm()).putInt(m.lastLogTerm()).putLong(m.lastLogIndex());
            case PreVoteResponse m -> out.putInt(m.term()).putByte(m.granted() ? 1 : 0);
            case VoteRequest m ->
                    out.putInt(m.term())
                            .putInt(m.lastLogTerm())
                            .putLong(m.lastLogIndex())
                            .putByte(m.isDisruptive() ? 1 : 0);
            case VoteResponse m -> out.putInt(m.term()).putByte(m.granted() ? 1 : 0);
            case AppendRequest m -> put(out, m);
            case AppendSuccessResponse m ->
                    out.putInt(m.term())
                            .putLong(m.lastLogIndex())
                            .putLong(m.queryRound())
                            .putLong(m.flowControlSequenceNumber());
            case AppendFailureResponse m ->
                    out.putInt(m.term())
                            .putLong(m.expectedNextIndex())
                            .putLong(m.flowControlSequenceNumber());
            case TriggerLeaderElection m ->
                    out.putInt(m.term()).putInt(m.lastLogTerm()).putLong(m.lastLogIndex());
            case Message.Forward(Operation.Change change) ->
                    out.putBytes(EntryCodec.encoded(new LogEntry(0, 0, change)));
            case Message.AskBarrier(long request) -> out.putLong(request);
            case Message.BarrierAt(long request, long index) -> out.putLong(request).putLong(index);
            case Message.Heartbeats(List<NodeEpoch> nodes) -> {
                out.putShort(nodes.size());
                nodes.forEach(out::putNodeEpoch);
            }
            case Message.Offer m ->
                    out.putInt(m.term())
                            .putLong(m.queryRound())
                            .putLong(m.sequence())
                            .putLong(m.transfer())
                            .putLong(m.items())
                            .putBytes(m.head().encoded());
            case Message.Ask m ->
                    out.putLong(m.transfer())
                            .putLong(m.session())
                            .putLong(m.next())
                            .putByte(m.isAgain() ? 1 : 0);
            case Message.Piece m ->
                    out.putLong(m.transfer())
                            .putLong(m.session())
                            .putLong(m.number())
                            .putInt(m.crc())
                            .putBytes(m.bytes());
            default -> throw unknown(envelope.message);
        }
        byte[] bytes = out.made();
        if (bytes.length > MAX_BYTES) {
            throw new IOException(
                    "a message between placement members has at most "
                            + MAX_BYTES
                            + " bytes, was "
                            + bytes.length);
        }
        return bytes;
    }

    private static int kind(Object message) {
        return switch (message) {
            case Message.Hello _ -> 1;
            case PreVoteRequest _ -> 2;
            case PreVoteResponse _ -> 3;
            case VoteRequest _ -> 4;
            case VoteResponse _ -> 5;
            case AppendRequest _ -> 6;
            case AppendSuccessResponse _ -> 7;
            case AppendFailureResponse _ -> 8;
            case TriggerLeaderElection _ -> 10;
            case Message.Forward _ -> 11;
            case Message.AskBarrier _ -> 12;
            case Message.BarrierAt _ -> 13;
            case Message.Heartbeats _ -> 14;
            case Message.Offer _ -> 15;
            case Message.Ask _ -> 16;
            case Message.Piece _ -> 17;
            default -> throw unknown(message);
        };
    }

    private static IllegalStateException unknown(Object message) {
        return new IllegalStateException("a message that no member knows: " + message);
    }

    private static void put(Output out, Message.Hello hello) {
        out.putMember(hello.sender()).putByte(hello.isAsking() ? 1 : 0);
        out.putShort(hello.initial().size());
        hello.initial().forEach(out::putText);
        out.putShort(hello.founders().size());
        hello.founders().forEach(out::putMember);
        out.putShort(hello.members().size());
        hello.members().forEach(out::putMember);
        out.putMemberIds(hello.group());
    }

    /**
     * Of many large entries the first few: the follower says which it has, and is sent the rest.
     */
    private static void put(Output out, AppendRequest m) {
        List<byte[]> entries = new ArrayList<>();
        long size = 0;
        for (int i = 0; i < m.entryCount() && size < APPEND_BYTES; i++) {
            entries.add(EntryCodec.encoded(m.entries()[i]));
            size += entries.getLast().length;
        }
        out.putInt(m.term())
                .putInt(m.prevLogTerm())
                .putLong(m.prevLogIndex())
                .putLong(m.leaderCommitIndex())
                .putLong(m.queryRound())
                .putLong(m.flowControlSequenceNumber())
                .putInt(entries.size());
        entries.forEach(bytes -> out.putInt(bytes.length).putBytes(bytes));
    }

    /**
     * @throws IOException if it is none, or of another version
     */
    static Envelope decoded(byte[] bytes) throws IOException {
        if (bytes.length > MAX_BYTES) {
            throw new IOException("a message of " + bytes.length + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return Input.whole(buffer, "a message of a placement member", in -> envelope(in, buffer));
    }

    private static Envelope envelope(Input in, ByteBuffer buffer) throws IOException {
        byte version = in.nextByte();
        if (version != VERSION) {
            throw new IOException("a message of version " + version + ", known is " + VERSION);
        }
        byte kind = in.nextByte();
        MemberId group = in.nextMemberId();
        MemberId from = in.nextMemberId();
        MemberId to = in.nextMemberId();
        return new Envelope(group, from, to, message(kind, new Endpoint(from), in, buffer));
    }

    private static Object message(byte kind, Endpoint from, Input in, ByteBuffer buffer)
            throws IOException {
        return switch (kind) {
            case 1 -> hello(in);
            case 2 -> new PreVoteRequest(from, in.nextInt(), in.nextInt(), in.nextLong());
            case 3 -> new PreVoteResponse(from, in.nextInt(), in.nextByte() != 0);
            case 4 ->
                    new VoteRequest(
                            from, in.nextInt(), in.nextInt(), in.nextLong(), in.nextByte() != 0);
            case 5 -> new VoteResponse(from, in.nextInt(), in.nextByte() != 0);
            case 6 -> append(from, in);
            case 7 ->
                    new AppendSuccessResponse(
                            from, in.nextInt(), in.nextLong(), in.nextLong(), in.nextLong());
            case 8 -> new AppendFailureResponse(from, in.nextInt(), in.nextLong(), in.nextLong());
            case 10 -> new TriggerLeaderElection(from, in.nextInt(), in.nextInt(), in.nextLong());
            case 11 -> {
                if (EntryCodec.entry(buffer).operation() instanceof Operation.Change change) {
                    yield new Message.Forward(change);
                }
                throw new IOException("only a change is forwarded");
            }
            case 12 -> new Message.AskBarrier(in.nextLong());
            case 13 -> new Message.BarrierAt(in.nextLong(), in.nextLong());
            case 14 -> {
                List<NodeEpoch> nodes = new ArrayList<>();
                for (int n = in.nextCount(); n > 0; n--) {
                    nodes.add(in.nextNodeEpoch());
                }
                yield new Message.Heartbeats(nodes);
            }
            case 15 ->
                    new Message.Offer(
                            in.nextInt(),
                            in.nextLong(),
                            in.nextLong(),
                            in.nextLong(),
                            in.nextLong(),
                            SnapshotHead.read(buffer));
            case 16 ->
                    new Message.Ask(
                            in.nextLong(), in.nextLong(), in.nextLong(), in.nextByte() != 0);
            case 17 -> piece(in, buffer);
            default -> throw new IOException("a message of unknown kind " + kind);
        };
    }

    private static Message.Piece piece(Input in, ByteBuffer buffer) throws IOException {
        Message.Piece piece =
                new Message.Piece(
                        in.nextLong(),
                        in.nextLong(),
                        in.nextLong(),
                        in.nextInt(),
                        in.nextBytes(buffer.remaining()));
        if (!piece.isWhole()) {
            throw new IOException("piece " + piece.number() + " of a snapshot is damaged");
        }
        return piece;
    }

    private static Message.Hello hello(Input in) throws IOException {
        Member sender = in.nextMember();
        boolean isAsking = in.nextByte() != 0;
        List<String> initial = new ArrayList<>();
        for (int n = count(in); n > 0; n--) {
            initial.add(in.nextText());
        }
        List<Member> founders = members(in);
        List<Member> members = members(in);
        List<MemberId> group = new ArrayList<>();
        for (int n = count(in); n > 0; n--) {
            group.add(in.nextMemberId());
        }
        return new Message.Hello(
                sender, isAsking, List.copyOf(initial), founders, members, List.copyOf(group));
    }

    private static List<Member> members(Input in) throws IOException {
        List<Member> members = new ArrayList<>();
        for (int n = count(in); n > 0; n--) {
            members.add(in.nextMember());
        }
        return List.copyOf(members);
    }

    private static int count(Input in) throws IOException {
        int n = in.nextCount();
        if (n > Message.Hello.MAX_MEMBERS) {
            throw new IOException("a group of " + n + " members");
        }
        return n;
    }

    private static AppendRequest append(Endpoint from, Input in) throws IOException {
        int term = in.nextInt();
        int previousTerm = in.nextInt();
        long previousIndex = in.nextLong();
        long commitIndex = in.nextLong();
        long round = in.nextLong();
        long sequence = in.nextLong();
        int n = in.nextInt();
        if (n < 0 || n > MAX_ENTRIES) {
            throw new IOException(n + " entries in a message");
        }
        List<LogEntry> entries = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            entries.add(EntryCodec.entry(ByteBuffer.wrap(in.nextBytes(in.nextInt()))));
            if (entries.get(i).index() != previousIndex + 1 + i) {
                throw new IOException("entry " + entries.get(i).index() + " out of its order");
            }
        }
        return new AppendRequest(
                from,
                term,
                previousTerm,
                previousIndex,
                commitIndex,
                entries.toArray(LogEntry[]::new),
                round,
                sequence);
    }
}
