package io.robustmq.placement;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command's bytes; {@link Output} says what its parts look like.
 *
 * <pre>
 *   0         1      2
 *   | version | kind | 1 register:     node |
 *                    | 2 deregister:   node id |
 *                    | 3 register:     node | instance:8 |
 *                    | 4 deregister:   node id | epoch:8 |
 *                    | 5 expire nodes: n:2 | n × (node id, epoch:8) |
 *                    | 16 begin trace: trace |
 *                    | 17 end trace:   id | author |
 *                    | 18 set level:   level |
 *                    | 19 expire:      time |
 *                    | 32 change documents: n:2 | n × change | author | why |
 *                    | 40 change claims: node id | epoch:8 | n:2 | n × (client id, claim's epoch:8, 0 takes it) |
 *                    | 41 the same, and -1 for the epoch takes it if it is free |
 *                    | 48 add member:    member | author | why |
 *                    | 49 remove member: id:16 | author | why |
 *                    | 51 the same as 48: member | among n:2 | n × id:16 | author | why |
 *                    | 52 the same as 49: id:16 | among n:2 | n × id:16 | author | why |
 *
 *   change           | document kind | name | expected version:8 | bytes:4, -1 removes | bytes |
 * </pre>
 */
final class CommandCodec {
    private static final byte VERSION = 1;
    private static final byte REGISTER = 1;
    private static final byte DEREGISTER = 2;
    private static final byte REGISTER_INSTANCE = 3;
    private static final byte DEREGISTER_EPOCH = 4;
    private static final byte EXPIRE_NODES = 5;
    private static final byte BEGIN_TRACE = 16;
    private static final byte END_TRACE = 17;
    private static final byte SET_LEVEL = 18;
    private static final byte EXPIRE = 19;

    private static final byte CHANGE_DOCUMENTS = 32;

    private static final byte CHANGE_CLAIMS = 40;
    private static final byte CHANGE_CLAIMS_FREE = 41;
    private static final byte ADD_MEMBER = 48;
    private static final byte REMOVE_MEMBER = 49;
    private static final byte MOVE_MEMBER = 50;
    private static final byte ADD_MEMBER_AMONG = 51;
    private static final byte REMOVE_MEMBER_AMONG = 52;

    private static final long TAKEN = 0;
    private static final long TAKEN_IF_FREE = -1;
    private static final int REMOVED = -1;
    private static final int USUAL_BYTES = 256;

    private CommandCodec() {}

    static byte[] encoded(Command command) {
        Output out = new Output(USUAL_BYTES).putByte(VERSION);
        switch (command) {
            case Command.Register(Node node, long instance) -> {
                if (instance == Registration.NO_INSTANCE) {
                    out.putByte(REGISTER).putNode(node);
                } else {
                    out.putByte(REGISTER_INSTANCE).putNode(node).putLong(instance);
                }
            }
            case Command.Deregister(String nodeId, long epoch) -> {
                if (epoch == Command.Deregister.ANY_EPOCH) {
                    out.putByte(DEREGISTER).putText(nodeId);
                } else {
                    out.putByte(DEREGISTER_EPOCH).putText(nodeId).putLong(epoch);
                }
            }
            case Command.ExpireNodes(List<NodeEpoch> silent) -> {
                out.putByte(EXPIRE_NODES).putShort(silent.size());
                silent.forEach(out::putNodeEpoch);
            }
            case Command.BeginTrace(TraceOrder order) -> out.putByte(BEGIN_TRACE).putTrace(order);
            case Command.EndTrace(String id, Author by) ->
                    out.putByte(END_TRACE).putText(id).putAuthor(by);
            case Command.SetLevel(LevelOrder order) -> out.putByte(SET_LEVEL).putLevel(order);
            case Command.Expire(Instant now) -> out.putByte(EXPIRE).putTime(now);
            case Command.ChangeDocuments(List<DocumentChange> changes, Author by, String why) -> {
                out.putByte(CHANGE_DOCUMENTS).putShort(changes.size());
                changes.forEach(change -> put(out, change));
                out.putAuthor(by).putText(why);
            }
            case Command.ChangeClaims(NodeEpoch node, List<ClaimChange> changes) -> {
                boolean free = changes.stream().anyMatch(ClaimChange.TakeFree.class::isInstance);
                out.putByte(free ? CHANGE_CLAIMS_FREE : CHANGE_CLAIMS)
                        .putNodeEpoch(node)
                        .putShort(changes.size());
                for (ClaimChange change : changes) {
                    out.putText(change.clientId())
                            .putLong(
                                    switch (change) {
                                        case ClaimChange.Take _ -> TAKEN;
                                        case ClaimChange.TakeFree _ -> TAKEN_IF_FREE;
                                        case ClaimChange.Release(String _, long epoch) -> epoch;
                                    });
                }
            }
            case Command.AddMember(Member member, var among, Author by, String why) -> {
                out.putByte(among == null ? ADD_MEMBER : ADD_MEMBER_AMONG).putMember(member);
                putAmong(out, among).putAuthor(by).putText(why);
            }
            case Command.MoveMember(MemberId id, String address, Author by, String why) ->
                    out.putByte(MOVE_MEMBER)
                            .putMemberId(id)
                            .putText(address)
                            .putAuthor(by)
                            .putText(why);
            case Command.RemoveMember(MemberId id, var among, Author by, String why) -> {
                out.putByte(among == null ? REMOVE_MEMBER : REMOVE_MEMBER_AMONG).putMemberId(id);
                putAmong(out, among).putAuthor(by).putText(why);
            }
        }
        return out.made();
    }

    private static Output putAmong(Output out, @Nullable List<MemberId> among) {
        return among == null ? out : out.putMemberIds(among);
    }

    /** Of the older kinds null. */
    private static @Nullable List<MemberId> among(Input in, boolean said) {
        if (!said) {
            return null;
        }
        List<MemberId> ids = new ArrayList<>();
        for (int n = in.nextCount(); n > 0; n--) {
            ids.add(in.nextMemberId());
        }
        return ids;
    }

    private static void put(Output out, DocumentChange change) {
        out.putKind(change.kind()).putText(change.name()).putLong(change.expectedVersion());
        Content content = change.content();
        if (content == null) {
            out.putInt(REMOVED);
        } else {
            content.writeTo(out);
        }
    }

    static Command decoded(ByteBuffer bytes) throws IOException {
        return Input.whole(bytes, "a placement command", CommandCodec::read);
    }

    private static Command read(Input in) throws IOException {
        byte version = in.nextByte();
        if (version != VERSION) {
            throw new IOException(
                    "a placement command of version " + version + ", known is " + VERSION);
        }
        byte kind = in.nextByte();
        return switch (kind) {
            case REGISTER -> new Command.Register(in.nextNode());
            case REGISTER_INSTANCE -> new Command.Register(in.nextNode(), in.nextLong());
            case DEREGISTER -> new Command.Deregister(in.nextText());
            case DEREGISTER_EPOCH -> new Command.Deregister(in.nextText(), in.nextLong());
            case EXPIRE_NODES -> {
                List<NodeEpoch> silent = new ArrayList<>();
                for (int n = in.nextCount(); n > 0; n--) {
                    silent.add(in.nextNodeEpoch());
                }
                yield new Command.ExpireNodes(silent);
            }
            case BEGIN_TRACE -> new Command.BeginTrace(in.nextTrace());
            case END_TRACE -> new Command.EndTrace(in.nextText(), in.nextAuthor());
            case SET_LEVEL -> new Command.SetLevel(in.nextLevel());
            case EXPIRE -> new Command.Expire(in.nextTime());
            case CHANGE_DOCUMENTS -> {
                List<DocumentChange> changes = new ArrayList<>();
                for (int n = in.nextCount(); n > 0; n--) {
                    changes.add(documentChange(in));
                }
                yield new Command.ChangeDocuments(changes, in.nextAuthor(), in.nextText());
            }
            case CHANGE_CLAIMS, CHANGE_CLAIMS_FREE -> {
                NodeEpoch node = in.nextNodeEpoch();
                int n = in.nextCount();
                List<ClaimChange> changes = new ArrayList<>(Math.min(n, ClaimChange.MAX));
                for (; n > 0; n--) {
                    String clientId = in.nextText();
                    changes.add(claimChange(clientId, in.nextLong(), kind == CHANGE_CLAIMS_FREE));
                }
                yield new Command.ChangeClaims(node, changes);
            }
            case ADD_MEMBER, ADD_MEMBER_AMONG ->
                    new Command.AddMember(
                            in.nextMember(),
                            among(in, kind == ADD_MEMBER_AMONG),
                            in.nextAuthor(),
                            in.nextText());
            case MOVE_MEMBER ->
                    new Command.MoveMember(
                            in.nextMemberId(), in.nextText(), in.nextAuthor(), in.nextText());
            case REMOVE_MEMBER, REMOVE_MEMBER_AMONG ->
                    new Command.RemoveMember(
                            in.nextMemberId(),
                            among(in, kind == REMOVE_MEMBER_AMONG),
                            in.nextAuthor(),
                            in.nextText());
            default -> throw new IOException("a placement command of unknown kind " + kind);
        };
    }

    private static ClaimChange claimChange(String clientId, long epoch, boolean mayBeFree) {
        if (epoch == TAKEN) {
            return new ClaimChange.Take(clientId);
        }
        return mayBeFree && epoch == TAKEN_IF_FREE
                ? new ClaimChange.TakeFree(clientId)
                : new ClaimChange.Release(clientId, epoch);
    }

    private static DocumentChange documentChange(Input in) throws IOException {
        DocumentKind kind = in.nextKind();
        String name = in.nextText();
        long expectedVersion = in.nextLong();
        int bytes = in.nextInt();
        Content content = bytes == REMOVED ? null : Content.owning(in.nextBytes(bytes));
        return new DocumentChange(kind, name, expectedVersion, content);
    }
}
