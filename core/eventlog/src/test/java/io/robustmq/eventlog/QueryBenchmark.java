package io.robustmq.eventlog;

import io.robustmq.journal.Append;
import io.robustmq.journal.Durability;
import io.robustmq.journal.Journal;
import io.robustmq.journal.JournalSettings;
import io.robustmq.journal.LocalDisk;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Shard;
import io.robustmq.journal.ShardSettings;
import io.robustmq.telemetry.event.Events;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.telemetry.pipeline.Counted;
import io.robustmq.telemetry.pipeline.EventKeys;
import io.robustmq.telemetry.pipeline.EventKeys.Kind;
import io.robustmq.telemetry.pipeline.StoredEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * How long questions take over many events. Arguments: a folder, which is filled if it is empty;
 * how many events (10 million); of how many clients (100 thousand).
 *
 * <p>Each question is asked {@value #ROUNDS} times, each time for something else: with the journal
 * opened anew and its files out of the system's cache before each, with the journal opened anew
 * alone, and again in a journal that stays open. A client's events are spread evenly over all,
 * which is the worst for an index.
 */
final class QueryBenchmark {
    private static final int ROUNDS = 20;
    private static final int WAITING = 50_000;
    private static final long SEGMENT_BYTES = 64 << 20;
    private static final Instant BEGIN = Instant.parse("2026-11-20T00:00:00Z");
    private static final String[] NAMES = {
        "connection.accepted",
        "session.created",
        "subscription.created",
        "message.published",
        "message.delivered",
        "message.delivered",
        "connection.closed",
        "session.ended"
    };

    private final Path directory;
    private final long events;
    private final int clients;
    private final PrintStream out;

    private QueryBenchmark(Path directory, long events, int clients, PrintStream out) {
        this.directory = directory;
        this.events = events;
        this.clients = clients;
        this.out = out;
    }

    public static void main(String[] args) throws Exception {
        new QueryBenchmark(
                        Path.of(args[0]),
                        args.length > 1 ? Long.parseLong(args[1]) : 10_000_000,
                        args.length > 2 ? Integer.parseInt(args[2]) : 100_000,
                        System.out)
                .run();
    }

    /** What is asked, for a number that is another one each time. */
    private record Question(String what, LongFunction<Map<String, String>> asked) {}

    private void run() throws Exception {
        Files.createDirectories(directory);
        fill();
        List<Question> questions =
                List.of(
                        new Question(
                                "client, all it has",
                                i ->
                                        of(
                                                "client_id",
                                                client(i),
                                                "order",
                                                "oldest",
                                                "limit",
                                                "1000")),
                        new Question("client, newest 100", i -> of("client_id", client(i))),
                        new Question(
                                "client, its connection.*",
                                i -> of("client_id", client(i), "event", "connection.*")),
                        new Question(
                                "client, the last tenth",
                                i -> of("client_id", client(i), "since", time(events * 9 / 10))),
                        new Question("trace", i -> of("trace", trace(i * 8 + 3))),
                        new Question("connection", i -> of("connection", "" + i)),
                        new Question("topic", i -> of("topic", topic(i))),
                        new Question(
                                "topic filter, newest 100",
                                i -> of("topic", "site/" + i % 100 + "/+/telemetry")),
                        new Question("address", i -> of("address", host(i))),
                        new Question("error and worse, newest 100", i -> of("level", "error")),
                        new Question("warn and worse, newest 100", i -> of("level", "warn")),
                        new Question(
                                "connection.refused, newest 100",
                                i -> of("event", "connection.refused")),
                        new Question("everything, newest 100", i -> of()));
        out.printf(
                Locale.ROOT,
                "%-32s %8s %22s %22s %22s%n",
                "ms, median and worst of " + ROUNDS,
                "found",
                "cold",
                "opened anew",
                "open");
        for (Question question : questions) {
            Times cold = new Times();
            Times anew = new Times();
            for (int i = 0; i < ROUNDS; i++) {
                forgetFiles();
                try (Opened opened = open()) {
                    ask(question, i, opened.shard(), cold);
                }
                try (Opened opened = open()) {
                    ask(question, i + ROUNDS, opened.shard(), anew);
                }
            }
            Times open = new Times();
            try (Opened opened = open()) {
                for (int i = 0; i < ROUNDS; i++) {
                    ask(question, i + 2 * ROUNDS, opened.shard(), new Times());
                }
                for (int i = 0; i < ROUNDS; i++) {
                    ask(question, i + 3 * ROUNDS, opened.shard(), open);
                }
            }
            out.printf(
                    Locale.ROOT,
                    "%-32s %8d %22s %22s %22s%n",
                    question.what(),
                    open.found / ROUNDS,
                    cold,
                    anew,
                    open);
        }
    }

    private static final class Times {
        private final List<Double> millis = new ArrayList<>();
        private long found;

        @Override
        public String toString() {
            double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return String.format(
                    Locale.ROOT, "%.1f %.1f", sorted[sorted.length / 2], sorted[sorted.length - 1]);
        }
    }

    private void ask(Question question, int round, Shard shard, Times times) throws IOException {
        Map<String, List<String>> given = new TreeMap<>();
        long which = new SplittableRandom(round * 31L + 7).nextLong(clients);
        question.asked().apply(which).forEach((name, value) -> given.put(name, List.of(value)));
        EventQueryParser parser =
                new EventQueryParser(
                        given, name -> name, Instant.now(), ZoneOffset.UTC, EventQuery.MAX_LIMIT);
        if (!(parser.parse() instanceof EventQueryParser.Right(EventQuery query))) {
            throw new IllegalStateException(parser.parse().toString());
        }
        long begun = System.nanoTime();
        EventSearch.Page page = new EventSearch(shard).page(query);
        times.millis.add((System.nanoTime() - begun) / 1e6);
        times.found += page.events().size();
        if (!page.gaps().isEmpty()) {
            throw new IllegalStateException("gaps: " + page.gaps());
        }
    }

    private static Map<String, String> of(String... pairs) {
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    // The store

    private record Opened(Journal journal, Shard shard) implements AutoCloseable {
        @Override
        public void close() {
            journal.close();
        }
    }

    private Opened open() throws IOException {
        return open(InstantSource.system());
    }

    private Opened open(InstantSource clock) throws IOException {
        Journal journal =
                new Journal(
                        new JournalSettings(List.of(directory), Duration.ofMinutes(1)),
                        new LocalDisk(),
                        clock,
                        new SplittableRandom(1),
                        Events.NONE);
        journal.open();
        return new Opened(
                journal,
                journal.shard(
                        "events",
                        new ShardSettings(
                                SEGMENT_BYTES,
                                Duration.ZERO,
                                Durability.OS,
                                new Retention(0, Duration.ZERO, false))));
    }

    /** dd gives the system the advice that nobody needs their pages. */
    private void forgetFiles() throws IOException, InterruptedException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                new ProcessBuilder("dd", "if=" + file, "iflag=nocache", "count=0", "status=none")
                        .inheritIO()
                        .start()
                        .waitFor();
            }
        }
    }

    private void fill() throws Exception {
        long begun = System.nanoTime();
        AtomicLong written = new AtomicLong();
        try (Opened opened = open(() -> BEGIN.plusMillis(written.get() * 10))) {
            Shard shard = opened.shard();
            if (shard.nextOffset() >= events) {
                out.println(shard.nextOffset() + " events, " + (shard.sizeBytes() >> 20) + " MiB");
                return;
            }
            Semaphore waiting = new Semaphore(WAITING);
            SplittableRandom random = new SplittableRandom(42);
            long[] counts = new long[Counted.values().length];
            List<Append> some = new ArrayList<>();
            for (long i = 0; i < events; i++) {
                some.add(event(i, random, counts, waiting));
                if (some.size() == 256 || i == events - 1) {
                    waiting.acquire(some.size());
                    written.set(i);
                    shard.append(some);
                    some = new ArrayList<>();
                }
            }
            waiting.acquire(WAITING);
            double seconds = (System.nanoTime() - begun) / 1e9;
            out.printf(
                    Locale.ROOT,
                    "%d events of %d clients, %d MiB in %d segments, written in %.0f s%n",
                    events,
                    clients,
                    shard.sizeBytes() >> 20,
                    shard.measures().segments(),
                    seconds);
        }
    }

    private Append event(long i, SplittableRandom random, long[] counts, Semaphore waiting) {
        long which = random.nextLong(clients);
        boolean refused = i % 20_011 == 0;
        boolean failed = i % 1_000_003 == 0;
        String name =
                failed
                        ? "connection.failed"
                        : refused ? "connection.refused" : NAMES[(int) (i % NAMES.length)];
        Severity severity = failed ? Severity.ERROR : refused ? Severity.WARN : Severity.INFO;
        counts[severity.ordinal()]++;
        boolean message = name.startsWith("message.");
        StringBuilder json = new StringBuilder(512);
        json.append("{\"time\":\"").append(time(i)).append("\",\"event\":\"").append(name);
        json.append("\",\"level\":\"").append(severity.name().toLowerCase(Locale.ROOT));
        json.append(
                "\",\"service\":\"mqtt-broker\",\"node_id\":\"broker-eu-west-1a-07\",\"suppressed\":0");
        if (message) {
            json.append(",\"trace_id\":\"")
                    .append(trace(i))
                    .append("\",\"span_id\":\"00f067aa0ba902b7\"");
        }
        json.append(",\"protocol\":\"mqtt/5.0\",\"connection_id\":").append(which);
        json.append(",\"client_id\":\"").append(client(which)).append("\",\"remote_addr\":\"");
        json.append(host(which)).append(":51234\"");
        if (message) {
            json.append(",\"topic_name\":\"")
                    .append(topic(which))
                    .append("\",\"qos\":1,\"payload_bytes\":312,\"latency_micros\":841");
        } else {
            json.append(
                    ",\"ending\":\"client_disconnect\",\"reason_code\":0,\"connected_millis\":1234567,\"received_packets\":831,\"sent_packets\":422");
        }
        json.append('}');
        List<Integer> keys = new ArrayList<>();
        keys.add(EventKeys.of(Kind.EVENT, name));
        keys.add(EventKeys.of(Kind.CATEGORY, name.substring(0, name.indexOf('.'))));
        keys.add(EventKeys.of(Kind.CLIENT, client(which)));
        keys.add(EventKeys.of(Kind.CONNECTION, "" + which));
        keys.add(EventKeys.of(Kind.ADDRESS, host(which)));
        if (message) {
            keys.add(EventKeys.of(Kind.TOPIC, topic(which)));
            keys.add(EventKeys.of(Kind.TRACE, trace(i)));
        }
        byte[] utf8 = json.toString().getBytes(StandardCharsets.UTF_8);
        byte[] record = new StoredEvent(severity, false, counts.clone(), utf8).encoded();
        int[] hashes = keys.stream().mapToInt(Integer::intValue).toArray();
        return new Append(record, hashes) {
            @Override
            public void appended(long offset, long epochMillis) {
                waiting.release();
            }

            @Override
            public void failed(IOException why) {
                throw new IllegalStateException(why);
            }
        };
    }

    private static String time(long i) {
        String text = BEGIN.plusMillis(i * 10).toString();
        String whole = text.length() == 20 ? text.substring(0, 19) + ".000Z" : text;
        return whole.substring(0, 23) + "000Z";
    }

    private static String client(long which) {
        return String.format(Locale.ROOT, "sensor-%08d-%04x", which, which * 7919 & 0xffff);
    }

    private static String host(long which) {
        return "10." + (which >> 16 & 255) + "." + (which >> 8 & 255) + "." + (which & 255);
    }

    private static String topic(long which) {
        return "site/" + which % 100 + "/device-" + which + "/telemetry";
    }

    private static String trace(long i) {
        return String.format(Locale.ROOT, "4bf92f3577b34da6%016x", i * 0x9E3779B97F4A7C15L | 1);
    }
}
