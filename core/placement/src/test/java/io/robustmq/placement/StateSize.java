package io.robustmq.placement;

import io.robustmq.telemetry.event.Admin;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a million claims and a million documents take: run it as a program, with {@code -Xmx4g}.
 * Texts are made anew for each, as a codec makes them. Times are those of the thread: what else the
 * machine does, and the collector, are not in them.
 */
final class StateSize {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int MANY = 1_000_000;
    private static final int BATCH = 1_000;
    private static final int ROUNDS = 200;
    private static final int REPEATS = 5;
    private static final int CONTENT_BYTES = 64;

    private StateSize() {}

    public static void main(String[] args) throws Exception {
        ofClaims();
        ofDocuments();
    }

    private static void ofClaims() throws IOException {
        long empty = usedBytes();
        PlacementState claims = claims();
        say("a claim of a client with an id of 12 characters: %d bytes", perEach(empty));
        batches(claims);
        expiry(claims);
        codec("claims", claims);
    }

    private static void ofDocuments() throws IOException {
        long empty = usedBytes();
        PlacementState documents = documents();
        say(
                "a document of %d bytes with a name of 12 characters: %d bytes",
                CONTENT_BYTES, perEach(empty));
        codec("documents", documents);
    }

    private static long perEach(long before) {
        return (usedBytes() - before) / MANY;
    }

    private static long usedBytes() {
        for (int i = 0; i < 4; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static PlacementState claims() throws IOException {
        PlacementState state = PlacementState.EMPTY;
        for (int i = 0; i < 3; i++) {
            Node node = new Node("broker-" + i, Set.of(Role.MQTT_SERVER), Map.of());
            state = state.apply(new Command.Register(node)).state();
        }
        for (int from = 0; from < MANY; from += BATCH) {
            state = state.apply(fromLog(batch(from / BATCH % 3, from, 1))).state();
        }
        return state;
    }

    /** With texts of its own. */
    private static Command fromLog(Command command) throws IOException {
        return Command.decoded(command.encoded());
    }

    private static Command batch(int broker, int from, int step) {
        List<ClaimChange> takes = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            takes.add(new ClaimChange.Take(clientId((int) ((from + (long) i * step) % MANY))));
        }
        return new Command.ChangeClaims(new NodeEpoch("broker-" + broker, 1L + broker), takes);
    }

    private static String clientId(int number) {
        return String.format(Locale.ROOT, "dev-%08d", number);
    }

    /** Of clients all over the range that are claimed already, which other nodes take over. */
    private static void batches(PlacementState state) throws IOException {
        long[] nanos = new long[ROUNDS];
        PlacementState next = state;
        for (int warm = 0; warm < 2; warm++) {
            for (int i = 0; i < ROUNDS; i++) {
                Command command = fromLog(batch(i % 3, i * 7919, 997));
                long begun = THREADS.getCurrentThreadCpuTime();
                next =
                        next.apply(new CommandId(new MemberId(1, 1), i + warm * 1000L), command)
                                .state();
                nanos[i] = THREADS.getCurrentThreadCpuTime() - begun;
            }
        }
        Arrays.sort(nanos);
        say(
                "apply of %d claims: median %.2f ms, p99 %.2f ms, longest %.2f ms",
                BATCH,
                nanos[ROUNDS / 2] / 1e6,
                nanos[ROUNDS * 99 / 100] / 1e6,
                nanos[ROUNDS - 1] / 1e6);
    }

    /** A third of the claims goes. */
    private static void expiry(PlacementState state) {
        long begun = THREADS.getCurrentThreadCpuTime();
        PlacementState next =
                state.apply(new Command.ExpireNodes(List.of(new NodeEpoch("broker-1", 2)))).state();
        long first = THREADS.getCurrentThreadCpuTime() - begun;
        long longest = 0;
        long all = first;
        int commands = 1;
        while (next.claims().laps() > 0) {
            long from = THREADS.getCurrentThreadCpuTime();
            next = next.apply(new Command.Deregister("nobody")).state();
            long took = THREADS.getCurrentThreadCpuTime() - from;
            longest = Math.max(longest, took);
            all += took;
            commands++;
        }
        say(
                "expiry of a node with %d claims: %.2f ms; taken out by %d commands, %.2f ms each, longest %.2f ms",
                state.claims().byClient().size() - next.claims().byClient().size(),
                first / 1e6,
                commands,
                all / 1e6 / commands,
                longest / 1e6);
    }

    private static void codec(String what, PlacementState state) throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        say(
                "encode a million %s: %.0f ms",
                what,
                best(() -> {
                    chunks.clear();
                    state.encoded().forEachRemaining(chunks::add);
                    return chunks;
                }));
        long bytes = chunks.stream().mapToLong(chunk -> chunk.length).sum();
        say("  %d bytes in %d chunks, the longest %d", bytes, chunks.size(), longest(chunks));
        say("decode a million %s: %.0f ms", what, best(() -> decoded(chunks)));
        if (!decoded(chunks).equals(state)) {
            throw new IllegalStateException("it is not the same state");
        }
    }

    private static int longest(List<byte[]> chunks) {
        return chunks.stream().mapToInt(chunk -> chunk.length).max().orElse(0);
    }

    private static PlacementState decoded(List<byte[]> chunks) {
        try {
            return PlacementState.decoded(new ArrayDeque<>(chunks).iterator());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double best(Supplier<?> work) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < REPEATS; i++) {
            long begun = THREADS.getCurrentThreadCpuTime();
            var unused = work.get();
            best = Math.min(best, THREADS.getCurrentThreadCpuTime() - begun);
        }
        return best / 1e6;
    }

    private static PlacementState documents() throws IOException {
        PlacementState state = PlacementState.EMPTY;
        Author by = new Author("broker-0", Admin.NODE);
        for (int i = 0; i < MANY; i++) {
            DocumentChange create =
                    DocumentChange.create(
                            DocumentKind.SEGMENT, clientId(i), Content.of(new byte[CONTENT_BYTES]));
            state =
                    state.apply(fromLog(new Command.ChangeDocuments(List.of(create), by, "")))
                            .state();
        }
        return state;
    }

    private static void say(String text, Object... values) {
        System.out.println(String.format(Locale.ROOT, text, values));
    }
}
