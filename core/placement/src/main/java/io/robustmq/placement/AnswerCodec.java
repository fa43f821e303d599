package io.robustmq.placement;

import io.robustmq.placement.ClaimAnswer.Result;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * An answer's bytes; {@link Output} says what its parts look like.
 *
 * <pre>
 *   | kind | 1 agreed:            changed |
 *          | 2 forgotten:         changed |
 *          | 3 too late |
 *          | 4 registered:        node id | epoch:8 |
 *          | 5 nodes full:        most:4 |
 *          | 6 documents changed: revision:8 |
 *          | 7 conflicts:         n:2 | n × (place:2, version:8) |
 *          | 8 documents full:    most:8 | bytes:8 |
 *          | 9 claims done:       n:2 | n × result |
 *          | 10 superseded:       epoch:8 |
 *          | 11 claims full:      most:4 |
 *
 *   result | 1 | epoch:8 |                       taken from nobody
 *          | 2 | epoch:8 | node id | epoch:8 |   taken from that one
 *          | 3 |                                 released
 *          | 4 |                                 was not held
 *          | 5 | node id | epoch:8 | epoch:8 |   that node has it, with the claim of that epoch
 * </pre>
 */
final class AnswerCodec {
    private static final byte AGREED = 1;
    private static final byte FORGOTTEN = 2;
    private static final byte TOO_LATE = 3;
    private static final byte REGISTERED = 4;
    private static final byte NODES_FULL = 5;
    private static final byte DOCUMENTS_CHANGED = 6;
    private static final byte CONFLICTS = 7;
    private static final byte DOCUMENTS_FULL = 8;
    private static final byte CLAIMS_DONE = 9;
    private static final byte SUPERSEDED = 10;
    private static final byte CLAIMS_FULL = 11;

    private static final byte TAKEN = 1;
    private static final byte TAKEN_FROM = 2;
    private static final byte RELEASED = 3;
    private static final byte NOT_HELD = 4;
    private static final byte HELD = 5;

    private AnswerCodec() {}

    static void put(Output out, Answer answer) {
        switch (answer) {
            case Answer.Agreed(boolean changed) -> out.putByte(AGREED).putByte(changed ? 1 : 0);
            case Answer.Forgotten(boolean changed) ->
                    out.putByte(FORGOTTEN).putByte(changed ? 1 : 0);
            case Answer.TooLate _ -> out.putByte(TOO_LATE);
            case NodeAnswer.Registered(NodeEpoch node) ->
                    out.putByte(REGISTERED).putNodeEpoch(node);
            case NodeAnswer.Full(int most) -> out.putByte(NODES_FULL).putInt(most);
            case DocumentAnswer.Changed(long revision) ->
                    out.putByte(DOCUMENTS_CHANGED).putLong(revision);
            case DocumentAnswer.Conflicts(List<DocumentAnswer.Conflict> all) -> {
                out.putByte(CONFLICTS).putShort(all.size());
                all.forEach(each -> out.putShort(each.place()).putLong(each.version()));
            }
            case DocumentAnswer.Full(long most, long bytes) ->
                    out.putByte(DOCUMENTS_FULL).putLong(most).putLong(bytes);
            case ClaimAnswer.Done(List<Result> results) -> {
                out.putByte(CLAIMS_DONE).putShort(results.size());
                results.forEach(each -> put(out, each));
            }
            case ClaimAnswer.Superseded(long epoch) -> out.putByte(SUPERSEDED).putLong(epoch);
            case ClaimAnswer.Full(int most) -> out.putByte(CLAIMS_FULL).putInt(most);
        }
    }

    private static void put(Output out, Result result) {
        switch (result) {
            case Result.Taken(long epoch, NodeEpoch previous) -> {
                if (previous == null) {
                    out.putByte(TAKEN).putLong(epoch);
                } else {
                    out.putByte(TAKEN_FROM).putLong(epoch).putNodeEpoch(previous);
                }
            }
            case Result.Held(NodeEpoch owner, long epoch) ->
                    out.putByte(HELD).putNodeEpoch(owner).putLong(epoch);
            case Result.Released(boolean wasHeld) -> out.putByte(wasHeld ? RELEASED : NOT_HELD);
        }
    }

    static Answer next(Input in) throws IOException {
        byte kind = in.nextByte();
        return switch (kind) {
            case AGREED -> new Answer.Agreed(in.nextByte() != 0);
            case FORGOTTEN -> new Answer.Forgotten(in.nextByte() != 0);
            case TOO_LATE -> new Answer.TooLate();
            case REGISTERED -> new NodeAnswer.Registered(in.nextNodeEpoch());
            case NODES_FULL -> new NodeAnswer.Full(in.nextInt());
            case DOCUMENTS_CHANGED -> new DocumentAnswer.Changed(in.nextLong());
            case CONFLICTS -> {
                List<DocumentAnswer.Conflict> all = new ArrayList<>();
                for (int n = in.nextCount(); n > 0; n--) {
                    all.add(new DocumentAnswer.Conflict(in.nextCount(), in.nextLong()));
                }
                yield new DocumentAnswer.Conflicts(all);
            }
            case DOCUMENTS_FULL -> new DocumentAnswer.Full(in.nextLong(), in.nextLong());
            case CLAIMS_DONE -> {
                List<Result> results = new ArrayList<>();
                for (int n = in.nextCount(); n > 0; n--) {
                    results.add(result(in));
                }
                yield new ClaimAnswer.Done(results);
            }
            case SUPERSEDED -> new ClaimAnswer.Superseded(in.nextLong());
            case CLAIMS_FULL -> new ClaimAnswer.Full(in.nextInt());
            default -> throw new IOException("an answer of unknown kind " + kind);
        };
    }

    private static Result result(Input in) throws IOException {
        byte kind = in.nextByte();
        return switch (kind) {
            case TAKEN -> new Result.Taken(in.nextLong(), null);
            case TAKEN_FROM -> new Result.Taken(in.nextLong(), in.nextNodeEpoch());
            case RELEASED -> new Result.Released(true);
            case NOT_HELD -> new Result.Released(false);
            case HELD -> new Result.Held(in.nextNodeEpoch(), in.nextLong());
            default -> throw new IOException("the result of a claim of unknown kind " + kind);
        };
    }
}
