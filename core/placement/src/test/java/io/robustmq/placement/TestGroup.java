package io.robustmq.placement;

import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.ShardSettings;
import io.robustmq.testkit.Await;
import io.robustmq.testkit.RecordingEvents;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/** Real members with their threads and journals, which reach each other by calls. */
final class TestGroup implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Map<String, PlacementNetwork.Receiver> reachable = new ConcurrentHashMap<>();
    private final Map<String, Running> running = new ConcurrentHashMap<>();
    private volatile Filter filter = (to, message) -> true;

    /** The network between them. */
    interface Filter {
        /**
         * @return whether it goes on
         */
        boolean passes(String to, byte[] message);
    }

    private record Running(ClusterPlacement placement, Journal journal, RecordingEvents events)
            implements AutoCloseable {
        @Override
        public void close() {
            placement.close();
            journal.close();
        }
    }

    static PlacementSettings settings(String name, List<String> initial) {
        return new PlacementSettings(
                name,
                name,
                initial.stream().map(each -> new PlacementSettings.Contact(each, each)).toList());
    }

    void filter(Filter with) {
        filter = with;
    }

    ClusterPlacement placement(String name) {
        return member(name).placement;
    }

    RecordingEvents events(String name) {
        return member(name).events;
    }

    private Running member(String name) {
        return Objects.requireNonNull(running.get(name), name);
    }

    String leader() throws Exception {
        return Await.until(
                "a leader",
                LIMIT,
                () ->
                        running.entrySet().stream()
                                .filter(each -> each.getValue().placement.isLeading())
                                .map(Map.Entry::getKey)
                                .findAny(),
                () -> running.keySet().toString());
    }

    void stop(String name) {
        Running one = running.remove(name);
        if (one != null) {
            one.close();
        }
    }

    void open(PlacementSettings settings, Path folder) throws IOException {
        RecordingEvents events = new RecordingEvents();
        Journal journal =
                new Journal(
                        new JournalSettings(List.of(folder), Duration.ofSeconds(1)),
                        new LocalDisk(),
                        InstantSource.system(),
                        new SplittableRandom(),
                        events);
        journal.open();
        ClusterPlacement placement =
                new ClusterPlacement(
                        settings,
                        journal,
                        journal.shard(
                                "placement",
                                new ShardSettings(
                                        1 << 20,
                                        Duration.ZERO,
                                        Durability.FSYNC,
                                        Retention.TRIMMED)),
                        network(settings.name()),
                        InstantSource.system(),
                        new SplittableRandom(),
                        events);
        placement.open();
        running.put(settings.name(), new Running(placement, journal, events));
    }

    private PlacementNetwork network(String name) {
        Map<MemberId, String> addresses = new ConcurrentHashMap<>();
        return new PlacementNetwork() {
            @Override
            public void open(Receiver receiver) {
                reachable.put(name, receiver);
            }

            @Override
            public void members(Collection<Member> members) {
                members.forEach(each -> addresses.put(each.id(), each.address()));
            }

            @Override
            public boolean send(MemberId to, byte[] message) {
                return greet(addresses.getOrDefault(to, ""), message);
            }

            @Override
            public boolean greet(String address, byte[] message) {
                Receiver receiver = reachable.get(address);
                if (receiver == null || !filter.passes(address, message)) {
                    return false;
                }
                receiver.message(message);
                return true;
            }

            @Override
            public void close() {
                reachable.remove(name);
            }
        };
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
    }
}
