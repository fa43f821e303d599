package io.robustmq.placement;

import io.robustmq.telemetry.event.Admin;
import io.robustmq.telemetry.event.Event;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Failure;
import io.robustmq.telemetry.event.PlacementEvent;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.event.TraceContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A member in a {@link PlacementSimulation}: its machine, which goes on and off. */
final class SimulatedMember {
    private @Nullable MemberChanges changes;
    private static final Author CLIENT = new Author("client", Admin.NODE);

    private final PlacementSimulation simulation;
    private PlacementSettings settings;
    private final SplittableRandom chance;
    private SimulatedDisk disk;
    private final Map<MemberId, String> addresses = new HashMap<>();

    /** Counts lives; work of an earlier one is not done. */
    private int life;

    private boolean up;

    /** Taken out: it comes back with an empty folder, as another. */
    private boolean hasLeft;

    private long pausedUntil;
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();

    // of this life
    private @Nullable RaftMember member;
    private StateMachine machine = new StateMachine(step -> {});
    private PlacementNetwork.@Nullable Receiver receiver;
    private long shown;

    SimulatedMember(
            PlacementSimulation simulation,
            PlacementSettings.Contact self,
            List<PlacementSettings.Contact> initial,
            SplittableRandom chance) {
        this.simulation = simulation;
        this.chance = chance;
        settings =
                new PlacementSettings(
                        self.name(),
                        self.address(),
                        initial,
                        10 + chance.nextInt(40),
                        Duration.ofSeconds(5),
                        Duration.ofHours(1));
        disk = new SimulatedDisk(chance.split(), simulation.mutation);
    }

    /** It must not form a group with others that were taken out as well. */
    private static PlacementSettings joining(PlacementSettings settings) {
        List<PlacementSettings.Contact> asked = new ArrayList<>(settings.initial());
        if (asked.stream().noneMatch(each -> each.name().equals("nobody"))) {
            asked.add(new PlacementSettings.Contact("nobody", "nowhere"));
        }
        return new PlacementSettings(
                settings.name(),
                settings.address(),
                asked,
                settings.snapshotEvery(),
                settings.patience(),
                settings.nodeTimeout());
    }

    String name() {
        return settings.name();
    }

    String address() {
        return settings.address();
    }

    void known(Collection<Member> known) {
        known.forEach(each -> addresses.put(each.id(), each.address()));
    }

    @Nullable String address(MemberId id) {
        return addresses.get(id);
    }

    void receiver(PlacementNetwork.Receiver takes) {
        receiver = takes;
    }

    // On and off

    void start() {
        if (up) {
            return;
        }
        up = true;
        life++;
        shown = -1;
        disk.restart();
        if (hasLeft) {
            hasLeft = false;
            disk = new SimulatedDisk(chance.split(), simulation.mutation);
            settings = joining(settings);
        }
        machine = new StateMachine(this::shown);
        RaftMember starting =
                new RaftMember(
                        settings,
                        new RaftMember.World(
                                disk,
                                new RaftMember.Snapshots(
                                        disk.received(), this::aside, 100 + chance.nextInt(400)),
                                simulation.network(this),
                                simulation::now,
                                chance.split(),
                                events()),
                        new Loop(life),
                        machine,
                        new Registry(
                                Duration.ofHours(1),
                                simulation::now,
                                machine::state,
                                command -> new CompletableFuture<>(),
                                Events.NONE));
        member = starting;
        changes = new MemberChanges(starting);
        try {
            starting.open();
            simulation.history.note(simulation.now() + " " + name() + " starts");
        } catch (SimulatedDisk.PowerCut cut) {
            crash();
        } catch (IOException unusable) {
            if (!String.valueOf(unusable.getMessage()).contains("No space left")) {
                simulation.history.failed(name() + " cannot start: " + unusable);
            }
            crash();
        }
    }

    private Events events() {
        return new Events() {
            @Override
            public void emit(Event event) {
                simulation.history.note(simulation.now() + " " + name() + " " + event);
                simulation.history.count(event);
                if (event instanceof PlacementEvent.MemberLeft) {
                    hasLeft = true;
                }
                if (event instanceof PlacementEvent.ConsensusFailed(Failure failure)
                        && !disk.isCut()
                        && !failure.errorMsg().contains("No space left")) {
                    simulation.history.failed(name() + " failed: " + failure);
                }
            }

            @Override
            public void emit(Event event, TraceContext trace) {
                emit(event);
            }

            @Override
            public boolean isTraced(String clientId, String remoteAddr, String topicName) {
                return false;
            }
        };
    }

    boolean isCut() {
        return disk.isCut();
    }

    void crash() {
        if (up) {
            up = false;
            life++;
            member = null;
            receiver = null;
            held.clear();
            pausedUntil = 0;
            simulation.history.note(simulation.now() + " " + name() + " crashes");
            long back = simulation.hasFaults() ? 1 + chance.nextInt(4_000) : 1;
            simulation.at(simulation.now() + back, this::start);
        }
    }

    void cutPowerAfter(int writes) {
        disk.cutPowerAfter(writes);
    }

    void pause(long until) {
        if (up) {
            simulation.history.note(simulation.now() + " " + name() + " paused to " + until);
            pausedUntil = until;
            int of = life;
            simulation.at(until, () -> resume(of));
        }
    }

    private void resume(int of) {
        if (of == life && simulation.now() >= pausedUntil) {
            List<Runnable> due = List.copyOf(held);
            held.clear();
            due.forEach(each -> simulation.at(simulation.now(), each));
        }
    }

    void fillDisk(long until) {
        disk.full(true);
        simulation.at(until, () -> disk.full(false));
    }

    void heal() {
        disk.full(false);
        disk.cutPowerAfter(Integer.MAX_VALUE);
        pausedUntil = 0;
        resume(life);
        start();
    }

    // Its work

    /** In the order in which it was handed over; a pause holds all of it up. */
    private final class Loop implements RaftLoop {
        private final int of;

        Loop(int of) {
            this.of = of;
        }

        @Override
        public void execute(Runnable task) {
            simulation.at(simulation.now(), () -> step(task));
        }

        @Override
        public void schedule(Runnable task, long delayMillis) {
            simulation.at(simulation.now() + delayMillis, () -> step(task));
        }

        private void step(Runnable task) {
            RaftMember running = member;
            if (of != life || running == null) {
                return;
            }
            if (simulation.now() < pausedUntil) {
                held.add(() -> step(task));
                return;
            }
            try {
                task.run();
                if (chance.nextInt(3) > 0) {
                    running.afterEach();
                } else {
                    execute(() -> {}); // several steps share a sync
                }
            } catch (SimulatedDisk.PowerCut cut) {
                // seen below
            }
            if (disk.isCut() || hasLeft) {
                crash(); // also if somebody caught it
            }
        }
    }

    /** On another thread: some time later, whatever the loop does then. */
    private void aside(Runnable work) {
        int of = life;
        simulation.at(
                simulation.now() + chance.nextInt(chance.nextInt(10) == 0 ? 2_000 : 20),
                () -> {
                    if (of == life && up) {
                        try {
                            work.run();
                        } catch (SimulatedDisk.PowerCut cut) {
                            // seen below
                        }
                        if (disk.isCut()) {
                            crash();
                        }
                    }
                });
    }

    void arrived(byte[] message) {
        PlacementNetwork.Receiver takes = receiver;
        if (takes != null) {
            takes.message(message);
        }
    }

    /**
     * @param command null for one of the member's own
     */
    CompletableFuture<Long> ask(long id, @Nullable CommandId command) {
        CompletableFuture<PlacementState.Step> done = new CompletableFuture<>();
        LevelOrder order =
                new LevelOrder("c", Severity.INFO, Instant.ofEpochSecond(id), null, CLIENT);
        later(running -> running.submit(command, new Command.SetLevel(order), done), done);
        return done.thenApply(step -> step.answered().revision());
    }

    CompletableFuture<Void> barrier() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        later(running -> running.barrier(done), done);
        return done;
    }

    /** Lets one in, takes one out or replaces one; only who leads does. */
    void change(int what, String name) {
        CompletableFuture<PlacementState.Step> done = new CompletableFuture<>();
        later(
                running -> {
                    MemberChanges changes = Objects.requireNonNull(this.changes);
                    switch (what) {
                        case 0 -> changes.add(name, CLIENT, "grow", done);
                        case 1 -> changes.remove(name, CLIENT, "shrink", done);
                        default -> changes.replace(name, CLIENT, "dead", done);
                    }
                },
                done);
    }

    private void later(Consumer<RaftMember> task, CompletableFuture<?> done) {
        RaftMember running = member;
        if (running == null) {
            done.completeExceptionally(new IOException("it is not running"));
        } else {
            new Loop(life).execute(() -> task.accept(running));
        }
    }

    // What is seen of it

    private void shown(PlacementState.Step step) {
        long revision = step.state().revision();
        if (revision <= shown || (step.change() != null && revision != shown + 1)) {
            throw new AssertionError(name() + " shows " + revision + " after " + shown);
        }
        shown = revision;
        if (step.change() != null) {
            simulation.history.applied(name(), revision, step.change());
        }
    }

    void observe() {
        RaftMember running = member;
        if (running != null) {
            if (running.isLeader()) {
                simulation.history.leads(running.term(), name());
            }
        }
    }

    boolean isLeader() {
        RaftMember running = member;
        return running != null && running.isLeader();
    }

    Set<MemberId> agreed() {
        return machine.state().members().byId().keySet();
    }

    @Nullable MemberId id() {
        RaftMember running = member;
        return running == null ? null : running.id();
    }

    int term() {
        RaftMember running = member;
        return running == null ? 0 : running.term();
    }

    long revision() {
        return machine.state().revision();
    }

    String stateBytes() {
        StringBuilder all = new StringBuilder();
        machine.state()
                .encoded()
                .forEachRemaining(chunk -> all.append(HexFormat.of().formatHex(chunk)));
        return all.toString();
    }

    @Override
    public String toString() {
        return name()
                + (up ? " up" : " down")
                + " at "
                + revision()
                + " "
                + (member == null ? "" : member.toString());
    }
}
