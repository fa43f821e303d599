package io.robustmq.placement;

import com.hazelcast.cp.internal.raft.impl.dto.AppendSuccessResponse;
import com.hazelcast.internal.util.RandomPicker;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A placement group in which everything that may happen does: messages are lost, late, doubled and
 * overtake each other; members are cut off, stopped for a while, and lose their power in the middle
 * of a write; disks fill up. One thread; the same seed makes the same run.
 *
 * <p>The members are the real ones, with Hazelcast's Raft in them. Fake are time, network and disk.
 */
final class PlacementSimulation {
    private static final long FAULTS_MILLIS = 15_000;
    private static final long QUIET_MILLIS = 40_000;
    private static final MemberId CLIENT = new MemberId(-1, -1);

    /** What is wrong on purpose, to see that it is found. */
    enum Mutation {
        NONE,
        /** Disks acknowledge what they have not written. */
        LYING_DISKS,
        /** Terms and votes are not kept. */
        FORGOTTEN_VOTES,
        /** Answers to an earlier term are taken for answers to this one. */
        LATE_ANSWERS,
        /** Changes that are asked for again are made again. */
        FORGOTTEN_REQUESTS,
        /** A leader's snapshot is said to be on disk while some of it is not. */
        LYING_RECEIVED,
        /** Of a snapshot's pieces those of an earlier transfer are taken, too. */
        MIXED_PIECES,
        /** Pieces come damaged, and nobody compares the checksum. */
        DAMAGED_PIECES,
        /** A snapshot is said to be of more of the log than is in it. */
        EARLY_SNAPSHOTS
    }

    private record Event(long at, long number, Runnable task) {}

    private final SplittableRandom chance;
    private final int spare;
    final Mutation mutation;
    final SimulatedHistory history = new SimulatedHistory();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>((a, b) -> {
                int byTime = Long.compare(a.at, b.at);
                return byTime != 0 ? byTime : Long.compare(a.number, b.number);
            });
    private final List<SimulatedMember> members = new ArrayList<>();

    /** For {@link Mutation#MIXED_PIECES}: by number. */
    private final Map<Long, byte[]> earlier = new HashMap<>();

    /** Pairs "from>to" between which nothing goes. */
    private final Set<String> cut = new HashSet<>();

    private long now = 1_000;
    private long numbered;
    private long asked;
    private boolean faults = true;
    private int lossPercent;
    private int latePercent;

    /**
     * @param spare members that are not among the founders; with some, members are let in and taken
     *     out all the time
     */
    PlacementSimulation(long seed, int size, int spare, Mutation mutation) {
        chance = new SplittableRandom(seed);
        this.mutation = mutation;
        seedHazelcast(chance.nextLong());
        List<PlacementSettings.Contact> initial = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            initial.add(new PlacementSettings.Contact("m" + i, "host-" + i));
        }
        for (PlacementSettings.Contact each : initial) {
            members.add(new SimulatedMember(this, each, initial, chance.split()));
        }
        for (int i = size + 1; i <= size + spare; i++) {
            PlacementSettings.Contact self = new PlacementSettings.Contact("m" + i, "host-" + i);
            List<PlacementSettings.Contact> asked = new ArrayList<>(initial);
            asked.add(self);
            members.add(new SimulatedMember(this, self, asked, chance.split()));
        }
        this.spare = spare;
        lossPercent = chance.nextInt(10);
        latePercent = chance.nextInt(20);
    }

    /** It draws its election timeouts from a random of its own. */
    private static void seedHazelcast(long seed) {
        try {
            Field field = RandomPicker.class.getDeclaredField("randomNumberGenerator");
            field.setAccessible(true);
            field.set(null, new Random(seed));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    long now() {
        return now;
    }

    int chance(int bound) {
        return chance.nextInt(bound);
    }

    boolean hasFaults() {
        return faults;
    }

    void at(long time, Runnable task) {
        events.add(new Event(Math.max(time, now), numbered++, task));
    }

    void run() {
        members.forEach(each -> at(now + chance.nextInt(500), each::start));
        at(now + 300, this::trouble);
        at(now + 200, this::work);
        if (spare > 0) {
            at(now + 1_000, this::changeMembers);
        }
        runUntil(now + FAULTS_MILLIS);
        faults = false;
        cut.clear();
        members.forEach(SimulatedMember::heal);
        runUntil(now + QUIET_MILLIS / 2);
        List<SimulatedMember> last = group();
        progress(last);
        for (SimulatedMember each : last) {
            history.end(each.name(), each.revision());
        }
        runUntil(now + QUIET_MILLIS / 10);
        agree(last);
    }

    /** Who is in the group at the end, as who leads it says. */
    private List<SimulatedMember> group() {
        Set<MemberId> ids =
                members.stream()
                        .filter(SimulatedMember::isLeader)
                        .max(Comparator.comparingInt(SimulatedMember::term))
                        .map(SimulatedMember::agreed)
                        .orElseThrow(() -> new AssertionError("nobody leads: " + members));
        return members.stream().filter(each -> ids.contains(each.id())).toList();
    }

    private void runUntil(long end) {
        while (!events.isEmpty() && events.peek().at <= end) {
            Event event = events.remove();
            now = event.at;
            event.task.run();
            watch();
        }
        now = end;
    }

    private void watch() {
        for (SimulatedMember each : members) {
            each.observe();
        }
        history.check();
    }

    /** Once all is well, every member can have changes agreed on. */
    private void progress(List<SimulatedMember> group) {
        for (SimulatedMember each : group) {
            boolean agreed = false;
            for (int i = 0; i < 3 && !agreed; i++) {
                CompletableFuture<Long> last = ask(each);
                runUntil(now + QUIET_MILLIS / 10);
                agreed = last.isDone() && !last.isCompletedExceptionally();
            }
            if (!agreed) {
                throw new AssertionError(
                        "no progress of " + each + " after the faults ended: " + members);
            }
        }
    }

    private void agree(List<SimulatedMember> group) {
        SimulatedMember first = group.getFirst();
        for (SimulatedMember each : group) {
            if (!each.stateBytes().equals(first.stateBytes())) {
                throw new AssertionError(each.name() + " has another state than " + first.name());
            }
        }
    }

    // Work

    private void work() {
        if (faults) {
            SimulatedMember member = members.get(chance.nextInt(members.size()));
            int what = chance.nextInt(8);
            if (what == 0) {
                askBarrier(member);
            } else if (what < 3) {
                askSeveral(member);
            } else {
                var unused = ask(member);
            }
            at(now + 1 + chance.nextInt(chance.nextInt(10) == 0 ? 1_000 : 100), this::work);
        }
    }

    private CompletableFuture<Long> ask(SimulatedMember member) {
        return ask(member, ++asked, null, history.highestAcknowledged());
    }

    /** As a client that got no answer goes to another member, or to the same one again. */
    private void askSeveral(SimulatedMember first) {
        long id = ++asked;
        long before = history.highestAcknowledged();
        CommandId command = new CommandId(CLIENT, id);
        var unused = ask(first, id, command, before);
        for (int more = chance.nextInt(3); more > 0; more--) {
            SimulatedMember other = members.get(chance.nextInt(members.size()));
            at(now + chance.nextInt(3_000), () -> ask(other, id, command, before));
        }
    }

    private CompletableFuture<Long> ask(
            SimulatedMember member, long id, @Nullable CommandId command, long before) {
        CompletableFuture<Long> acknowledged = new CompletableFuture<>();
        member.ask(id, command)
                .whenComplete((revision, failure) -> {
                    if (failure == null) {
                        history.acknowledged(id, revision, before);
                        acknowledged.complete(revision);
                    } else {
                        acknowledged.completeExceptionally(failure);
                    }
                });
        return acknowledged;
    }

    private void askBarrier(SimulatedMember member) {
        long before = history.highestAcknowledged();
        member.barrier()
                .thenRun(() -> {
                    if (member.revision() < before) {
                        throw new AssertionError(
                                member.name()
                                        + " is past a barrier at revision "
                                        + member.revision()
                                        + ", and "
                                        + before
                                        + " was acknowledged before");
                    }
                });
    }

    // Trouble

    private void trouble() {
        if (!faults) {
            return;
        }
        SimulatedMember member = members.get(chance.nextInt(members.size()));
        switch (chance.nextInt(9)) {
            case 0, 1 -> member.crash();
            case 2 -> member.cutPowerAfter(1 + chance.nextInt(6));
            case 3 -> member.pause(now + 100 + chance.nextInt(4_000));
            case 4 -> member.fillDisk(now + 100 + chance.nextInt(3_000));
            case 5 -> isolate(member);
            case 6 -> cutOneWay();
            case 7, 8 -> cut.clear();
            default -> throw new AssertionError();
        }
        at(now + 50 + chance.nextInt(2_500), this::trouble);
    }

    /** Whoever leads takes one out, or lets one in. */
    private void changeMembers() {
        if (faults) {
            SimulatedMember member = members.get(chance.nextInt(members.size()));
            int what = chance.nextInt(3);
            members.forEach(each -> each.change(what, member.name()));
            at(now + 200 + chance.nextInt(1_500), this::changeMembers);
        }
    }

    private void isolate(SimulatedMember member) {
        for (SimulatedMember other : members) {
            cut.add(member.address() + ">" + other.address());
            cut.add(other.address() + ">" + member.address());
        }
    }

    private void cutOneWay() {
        SimulatedMember from = members.get(chance.nextInt(members.size()));
        SimulatedMember to = members.get(chance.nextInt(members.size()));
        cut.add(from.address() + ">" + to.address());
    }

    // Network

    /** Of one member. */
    PlacementNetwork network(SimulatedMember from) {
        return new PlacementNetwork() {
            @Override
            public void open(Receiver receiver) throws IOException {
                from.receiver(receiver);
            }

            @Override
            public void members(Collection<Member> known) {
                from.known(known);
            }

            @Override
            public boolean send(MemberId to, byte[] message) {
                String address = from.address(to);
                return address != null && greet(address, message);
            }

            @Override
            public boolean greet(String address, byte[] message) {
                if (!from.isCut()) {
                    deliver(from.address(), address, message);
                }
                return true;
            }

            @Override
            public void close() {}
        };
    }

    private void deliver(String from, String to, byte[] message) {
        if (faults && chance.nextInt(100) < lossPercent) {
            return;
        }
        int copies = faults && chance.nextInt(30) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            long delay = 1L + chance.nextInt(5);
            if (faults && chance.nextInt(100) < latePercent) {
                delay += chance.nextInt(chance.nextInt(5) == 0 ? 6_000 : 300);
            }
            at(now + delay, () -> arrive(from, to, message));
        }
    }

    private byte[] mutated(byte[] message, SimulatedMember to) {
        if (mutation == Mutation.NONE) {
            return message;
        }
        try {
            RaftMessages.Envelope envelope = decoded(message);
            if (envelope == null) {
                return message;
            }
            Object changed =
                    switch (envelope.message()) {
                        case AppendSuccessResponse m when mutation == Mutation.LATE_ANSWERS ->
                                new AppendSuccessResponse(
                                        m.follower(),
                                        Math.max(m.term(), to.term()),
                                        m.lastLogIndex(),
                                        m.queryRound(),
                                        m.flowControlSequenceNumber());
                        case Message.Forward(Operation.Change m)
                                when mutation == Mutation.FORGOTTEN_REQUESTS ->
                                new Message.Forward(
                                        new Operation.Change(
                                                new CommandId(
                                                        m.id().origin(),
                                                        m.id().number() + (++asked << 20)),
                                                m.command()));
                        case Message.Piece m -> mutated(m);
                        case Message.Offer m when mutation == Mutation.EARLY_SNAPSHOTS ->
                                new Message.Offer(
                                        m.term(),
                                        m.queryRound(),
                                        m.sequence(),
                                        m.transfer(),
                                        m.items(),
                                        new SnapshotHead(
                                                m.head().term(),
                                                m.head().index() + 1,
                                                m.head().membersIndex(),
                                                m.head().members()));
                        default -> envelope.message();
                    };
            return RaftMessages.encoded(
                    new RaftMessages.Envelope(
                            envelope.group(), envelope.from(), envelope.to(), changed));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static RaftMessages.@Nullable Envelope decoded(byte[] message) {
        try {
            return RaftMessages.decoded(message);
        } catch (IOException damaged) {
            return null;
        }
    }

    private Message.Piece mutated(Message.Piece m) {
        return switch (mutation) {
            case MIXED_PIECES -> {
                byte[] other = earlier.put(m.number(), m.bytes());
                yield other == null || chance.nextBoolean()
                        ? m
                        : Message.Piece.of(m.transfer(), m.session(), m.number(), other);
            }
            case DAMAGED_PIECES ->
                    Message.Piece.of(m.transfer(), m.session(), m.number(), damaged(m.bytes()));
            default -> m;
        };
    }

    private byte[] damaged(byte[] bytes) {
        byte[] damaged = bytes.clone();
        if (chance.nextInt(4) == 0) {
            damaged[chance.nextInt(bytes.length)] ^= (byte) (1 << chance.nextInt(8));
        }
        return damaged;
    }

    /** As a network that does not notice damage. */
    private byte[] sometimesDamaged(byte[] message) {
        try {
            if (faults
                    && chance.nextInt(50) == 0
                    && RaftMessages.decoded(message).message() instanceof Message.Piece m
                    && m.bytes().length > 0) {
                byte[] damaged = message.clone();
                int at = message.length - 1 - chance.nextInt(m.bytes().length);
                damaged[at] ^= (byte) (1 << chance.nextInt(8));
                return damaged;
            }
            return message;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void arrive(String from, String to, byte[] message) {
        if (!cut.contains(from + ">" + to)) {
            for (SimulatedMember each : members) {
                if (each.address().equals(to)) {
                    each.arrived(mutated(sometimesDamaged(message), each));
                }
            }
        }
    }
}
