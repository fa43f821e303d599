package io.robustmq.placement;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A change of the placement state; {@link CommandCodec} says how it is kept in the log. */
sealed interface Command {
    /**
     * @param instance as {@link Registration#instance}
     */
    record Register(Node node, long instance) implements Command {
        Register(Node node) {
            this(node, Registration.NO_INSTANCE);
        }
    }

    /**
     * @param epoch if it is the one that holds; {@link #ANY_EPOCH} whatever it is
     */
    record Deregister(String nodeId, long epoch) implements Command {
        static final long ANY_EPOCH = 0;

        Deregister(String nodeId) {
            this(nodeId, ANY_EPOCH);
        }
    }

    /** Removes those of them whose registration is still that one: nothing was heard of them. */
    record ExpireNodes(List<NodeEpoch> silent) implements Command {
        public ExpireNodes {
            silent = List.copyOf(silent);
            if (silent.size() > Nodes.MAX) {
                throw new IllegalArgumentException(
                        "at most " + Nodes.MAX + " nodes expire at once, was " + silent.size());
            }
        }
    }

    /** By the node whose registration that is; if it is another by now, none. */
    record ChangeClaims(NodeEpoch node, List<ClaimChange> changes) implements Command {
        public ChangeClaims {
            changes = List.copyOf(changes);
            if (changes.isEmpty() || changes.size() > ClaimChange.MAX) {
                throw new IllegalArgumentException(
                        "1 to "
                                + ClaimChange.MAX
                                + " claims are changed at once, was "
                                + changes.size());
            }
            long bytes = 0;
            for (ClaimChange change : changes) {
                bytes += change.clientId().getBytes(StandardCharsets.UTF_8).length;
            }
            if (bytes > ClaimChange.MAX_BYTES) {
                throw new IllegalArgumentException(
                        "the clients whose claims are changed at once have ids of at most "
                                + ClaimChange.MAX_BYTES
                                + " bytes together, was "
                                + bytes);
            }
        }
    }

    record BeginTrace(TraceOrder order) implements Command {}

    record EndTrace(String id, Author by) implements Command {
        public EndTrace {
            TraceOrder.checkId(id);
        }
    }

    record SetLevel(LevelOrder order) implements Command {}

    /** Removes what has a time that is over by then. */
    record Expire(Instant now) implements Command {}

    /** Each as expected and changed, or none. */
    record ChangeDocuments(List<DocumentChange> changes, Author by, String why) implements Command {
        public ChangeDocuments {
            changes = List.copyOf(changes);
            Document.checkWhy(why);
            if (changes.isEmpty() || changes.size() > DocumentChange.MAX) {
                throw new IllegalArgumentException(
                        "1 to "
                                + DocumentChange.MAX
                                + " documents are changed together, was "
                                + changes.size());
            }
            Set<List<Object>> names = new HashSet<>();
            long bytes = 0;
            for (DocumentChange change : changes) {
                if (!names.add(List.of(change.kind(), change.name()))) {
                    throw new IllegalArgumentException(
                            "a document is changed once at a time, was twice: "
                                    + change.kind()
                                    + " "
                                    + change.name());
                }
                Content content = change.content();
                bytes += change.name().getBytes(StandardCharsets.UTF_8).length;
                bytes += content == null ? 0 : content.size();
            }
            if (bytes > DocumentChange.MAX_BYTES) {
                throw new IllegalArgumentException(
                        "documents that are changed together have at most "
                                + DocumentChange.MAX_BYTES
                                + " bytes with their names, was "
                                + bytes);
            }
        }
    }

    /**
     * Or its address is another one now.
     *
     * @param among the members when it was wished, in {@link Members#ORDER}: if they are others now
     *     it changes nothing, because Raft's group may not have followed yet; null in older logs,
     *     where it is made among any
     */
    record AddMember(Member member, @Nullable List<MemberId> among, Author by, String why)
            implements Command {
        public AddMember {
            among = among == null ? null : List.copyOf(among);
            Document.checkWhy(why);
        }
    }

    /** It is reached at that address, if it is one of the members still. */
    record MoveMember(MemberId id, String address, Author by, String why) implements Command {
        public MoveMember {
            Member.checkAddress(address);
            Document.checkWhy(why);
        }
    }

    /**
     * Unless it is the last one.
     *
     * @param among as of {@link AddMember}
     */
    record RemoveMember(MemberId id, @Nullable List<MemberId> among, Author by, String why)
            implements Command {
        public RemoveMember {
            among = among == null ? null : List.copyOf(among);
            Document.checkWhy(why);
        }
    }

    default byte[] encoded() {
        return CommandCodec.encoded(this);
    }

    /**
     * @throws IOException if it is none, or of a newer version
     */
    static Command decoded(byte[] bytes) throws IOException {
        return decoded(ByteBuffer.wrap(bytes));
    }

    static Command decoded(ByteBuffer in) throws IOException {
        return CommandCodec.decoded(in);
    }
}
