package io.robustmq.eventlog;

import static io.robustmq.eventlog.TestEvents.BEGIN;
import static io.robustmq.eventlog.TestEvents.info;
import static io.robustmq.eventlog.TestEvents.seqList;
import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.eventlog.TestEvents.Draft;
import io.robustmq.journal.Retention;
import io.robustmq.journal.Search;
import io.robustmq.telemetry.event.Severity;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventSearchTest {
    private static final long SMALL = 8192;
    private static final Retention ALL = Retention.FOREVER;

    @TempDir Path directory;

    static EventQuery query(String... pairs) {
        Map<String, List<String>> given = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            given.computeIfAbsent(pairs[i], name -> new ArrayList<>()).add(pairs[i + 1]);
        }
        EventQueryParser.Parsed parsed =
                new EventQueryParser(given, name -> name, BEGIN, ZoneOffset.UTC, 1000).parse();
        if (parsed instanceof EventQueryParser.Right(EventQuery query)) {
            return query;
        }
        throw new AssertionError(parsed);
    }

    @Test
    void each_filter_finds_its_events_and_no_others() throws Exception {
        try (TestEvents store = TestEvents.in(directory, SMALL)) {
            store.add(info("connection.accepted").peer(1, "kitchen", "10.0.0.1", 4001));
            store.add(info("subscription.created").peer(1, "kitchen", "10.0.0.1", 4001));
            store.add(
                    new Draft("message.dropped", Severity.WARN)
                            .client("kitchen")
                            .topic("home/kitchen/light"));
            store.add(info("connection.accepted").peer(2, "attic", "10.0.0.2", 4002));
            store.add(
                    info("message.published")
                            .peer(2, "attic", "10.0.0.2", 4002)
                            .topic("home/attic/light")
                            .trace("4bf92f3577b34da6a3ce929d0e0e4736"));
            store.add(
                    new Draft("connection.failed", Severity.ERROR)
                            .peer(2, "attic", "10.0.0.2", 4002)
                            .at(BEGIN.plusSeconds(60)));
            EventSearch search = store.search();

            assertThat(found(search, "client_id", "kitchen")).containsExactly(2L, 1L, 0L);
            assertThat(found(search, "event", "connection.*")).containsExactly(5L, 3L, 0L);
            assertThat(found(search, "event", "*.created", "event", "message.dropped"))
                    .containsExactly(2L, 1L);
            assertThat(found(search, "level", "warn")).containsExactly(5L, 2L);
            assertThat(found(search, "topic", "home/kitchen/light")).containsExactly(2L);
            assertThat(found(search, "topic", "home/+/light")).containsExactly(4L, 2L);
            assertThat(found(search, "topic", "home/#")).containsExactly(4L, 2L);
            assertThat(found(search, "connection", "2")).containsExactly(5L, 4L, 3L);
            assertThat(found(search, "address", "10.0.0.1")).containsExactly(1L, 0L);
            assertThat(found(search, "address", "10.0.0.2:4002")).containsExactly(5L, 4L, 3L);
            assertThat(found(search, "address", "10.0.0.2:4003")).isEmpty();
            assertThat(found(search, "trace", "4bf92f3577b34da6a3ce929d0e0e4736"))
                    .containsExactly(4L);
            assertThat(found(search, "client_id", "attic", "event", "connection.failed"))
                    .containsExactly(5L);
            assertThat(found(search, "client_id", "attic", "topic", "home/kitchen/light"))
                    .isEmpty();
            assertThat(found(search, "client_id", "cellar")).isEmpty();
            assertThat(found(search, "until", "2026-11-25T10:00:30Z", "client_id", "attic"))
                    .containsExactly(4L, 3L);
            assertThat(found(search, "from", "1", "before", "4", "order", "oldest"))
                    .containsExactly(1L, 2L, 3L);
        }
    }

    private static List<Long> found(EventSearch search, String... pairs) throws IOException {
        return seqList(search.page(query(pairs)));
    }

    @Test
    void an_event_comes_with_its_sequence_number_in_front() throws Exception {
        try (TestEvents store = TestEvents.in(directory, SMALL)) {
            store.add(info("session.created").client("a"));
            EventSearch.Found event = store.search().page(EventQuery.ALL).events().getFirst();
            assertThat(new String(event.json(), StandardCharsets.UTF_8))
                    .startsWith("{\"seq\":0,\"time\":\"2026-11-25T10:00:00.000000Z\",\"event\":")
                    .endsWith("\"client_id\":\"a\"}");
        }
    }

    @Test
    void pages_in_both_orders_come_to_the_same_events_as_looking_at_all() throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int events = 3000;
        List<Long> kitchen = new ArrayList<>();
        List<Long> warnings = new ArrayList<>();
        try (TestEvents store = TestEvents.in(directory, 64 << 10)) {
            for (long i = 0; i < events; i++) {
                boolean warn = random.nextInt(200) == 0;
                String client = random.nextInt(20) == 0 ? "kitchen" : "c" + random.nextInt(50);
                store.add(
                        new Draft("connection.closed", warn ? Severity.WARN : Severity.INFO)
                                .peer(i, client, "10.0.0.1", 1)
                                .traced(client.equals("kitchen")));
                if (client.equals("kitchen")) {
                    kitchen.add(i);
                }
                if (warn) {
                    warnings.add(i);
                }
            }
            EventSearch search = store.search();
            for (int limit : new int[] {1, 7, 1000}) {
                String most = "" + limit;
                assertThat(
                                all(
                                        search,
                                        query(
                                                "client_id",
                                                "kitchen",
                                                "limit",
                                                most,
                                                "order",
                                                "oldest")))
                        .as("seed " + seed)
                        .isEqualTo(kitchen);
                assertThat(all(search, query("client_id", "kitchen", "limit", most)))
                        .as("seed " + seed)
                        .isEqualTo(kitchen.reversed());
                assertThat(all(search, query("level", "warn", "limit", most)))
                        .as("seed " + seed)
                        .isEqualTo(warnings.reversed());
                assertThat(all(search, query("level", "warn", "limit", most, "order", "oldest")))
                        .as("seed " + seed)
                        .isEqualTo(warnings);
            }
            assertThat(all(search, query("limit", "999")))
                    .isEqualTo(LongStream.range(0, events).boxed().toList().reversed());
        }
    }

    private static List<Long> all(EventSearch search, EventQuery query) throws IOException {
        List<Long> all = new ArrayList<>();
        EventQuery next = query;
        boolean more = true;
        while (more) {
            EventSearch.Page page = search.page(next);
            all.addAll(seqList(page));
            assertThat(page.gaps()).isEmpty();
            more = page.more();
            next =
                    switch (query.order()) {
                        case OLDEST_FIRST -> query.oldestFrom(page.next());
                        case NEWEST_FIRST -> query.newestBefore(page.next(), query.limit());
                    };
        }
        return all;
    }

    @Test
    void what_comes_after_the_last_page_is_found_from_its_next() throws Exception {
        try (TestEvents store = TestEvents.in(directory, SMALL)) {
            store.add(info("session.created").client("a"));
            store.add(info("session.created").client("b"));
            EventQuery query = query("client_id", "a", "order", "oldest");
            EventSearch.Page first = store.search().page(query);
            assertThat(first.next()).isEqualTo(2);
            assertThat(first.more()).isFalse();
            store.add(info("session.ended").client("a"));
            assertThat(found(store.search(), "client_id", "a", "order", "oldest", "from", "2"))
                    .containsExactly(2L);
        }
    }

    @Test
    void times_are_found_by_the_index_and_checked_in_the_event() throws Exception {
        SettableClock clock = new SettableClock(BEGIN);
        try (TestEvents store = TestEvents.in(directory, SMALL, clock, ALL)) {
            for (int i = 0; i < 100; i++) {
                clock.advance(Duration.ofSeconds(i == 0 ? 0 : 1));
                // stored half a second after it happened
                Instant happened = BEGIN.plusSeconds(i).minusMillis(500);
                store.add(info("session.created").client("a").at(happened));
            }
            assertThat(found(store.search(), "since", "2026-11-25T10:01:35Z", "order", "oldest"))
                    .containsExactly(96L, 97L, 98L, 99L);
            assertThat(found(store.search(), "until", "2026-11-25T10:00:03Z"))
                    .containsExactly(3L, 2L, 1L, 0L);
        }
    }

    @Test
    void damaged_records_are_told_as_a_gap_in_either_order() throws Exception {
        try (TestEvents store = TestEvents.in(directory, SMALL)) {
            for (int i = 0; i < 100; i++) {
                store.add(info("session.created").client("a"));
            }
        }
        Path first;
        try (Stream<Path> files = Files.list(directory.resolve("events"))) {
            first =
                    files.filter(f -> f.toString().endsWith(".seg"))
                            .sorted()
                            .findFirst()
                            .orElseThrow();
        }
        try (FileChannel file = FileChannel.open(first, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 1000);
        }
        try (TestEvents store = TestEvents.in(directory, SMALL)) {
            for (String order : List.of("oldest", "newest")) {
                EventSearch.Page page =
                        store.search()
                                .page(query("client_id", "a", "limit", "1000", "order", order));
                assertThat(page.gaps()).as(order).hasSize(1);
                EventSearch.Gap gap = page.gaps().getFirst();
                assertThat(gap.reason()).contains("crc32c");
                assertThat(page.events()).hasSize((int) (100 - (gap.to() - gap.from())));
                assertThat(seqList(page)).doesNotContain(gap.from());
            }
        }
    }

    @Test
    void what_is_no_event_is_told_as_a_gap_with_the_reason() throws Exception {
        try (TestEvents store = TestEvents.in(directory, SMALL)) {
            store.add(info("session.created").client("a"));
            byte[] newer = new byte[60];
            newer[0] = 9;
            store.add(newer);
            store.add(new byte[3]);
            store.add(info("session.ended").client("a"));
            EventSearch.Page page = store.search().page(query("order", "oldest"));
            assertThat(seqList(page)).containsExactly(0L, 3L);
            assertThat(page.gaps()).extracting(EventSearch.Gap::from).containsExactly(1L, 2L);
            assertThat(page.gaps().getFirst().reason()).contains("version 9");
        }
    }

    @Test
    void what_retention_removed_of_what_is_asked_for_is_told() throws Exception {
        SettableClock clock = new SettableClock(BEGIN);
        try (TestEvents store =
                TestEvents.in(
                        directory, SMALL, clock, new Retention(40_000, Duration.ZERO, false))) {
            for (int i = 0; i < 300; i++) {
                clock.advance(Duration.ofSeconds(i == 0 ? 0 : 1));
                store.add(info("session.created").client("a").at(clock.instant()));
            }
            long first = store.search().firstSeq();
            assertThat(first).isPositive();
            assertThat(
                            store.search()
                                    .page(query("from", "3", "order", "oldest", "limit", "1"))
                                    .gaps())
                    .containsExactly(new EventSearch.Gap(3, first, "retention removed them"));
            assertThat(store.search().page(query("since", "1s", "limit", "1000")).gaps())
                    .containsExactly(new EventSearch.Gap(0, first, "retention removed them"));
            assertThat(store.search().page(query("limit", "1000")).gaps()).isEmpty();
            assertThat(store.search().page(query("since", "1s", "limit", "1")).gaps()).isEmpty();
        }
    }

    @Test
    void a_follower_gets_what_is_wanted_as_it_is_stored_and_ends_with_the_store() throws Exception {
        TestEvents store = TestEvents.in(directory, SMALL);
        store.add(info("session.created").client("a"));
        List<Long> got = new ArrayList<>();
        EventFollower.Listener listener =
                new EventFollower.Listener() {
                    @Override
                    public void event(EventSearch.Found event) {
                        got.add(event.seq());
                    }

                    @Override
                    public void gap(EventSearch.Gap gap) {
                        throw new AssertionError(gap);
                    }
                };
        try (EventFollower follower =
                store.search().follow(query("client_id", "a"), store.search().nextSeq())) {
            assertThat(follower.read(listener, 1)).isTrue();
            assertThat(got).isEmpty();
            store.add(info("session.created").client("b"));
            store.add(info("session.ended").client("a"));
            while (got.isEmpty()) {
                assertThat(follower.read(listener, Long.MAX_VALUE)).isTrue();
            }
            assertThat(got).containsExactly(2L);
            assertThat(follower.next()).isEqualTo(3);
            store.close();
            assertThat(follower.read(listener, Long.MAX_VALUE)).isFalse();
        }
    }

    @Test
    void newest_first_with_a_limit_does_not_read_all() throws Exception {
        try (TestEvents store = TestEvents.in(directory, 1 << 20)) {
            for (int i = 0; i < 4000; i++) {
                store.add(
                        info("session.created")
                                .client("a")
                                .with(",\"x\":\"" + "y".repeat(300) + '"'));
            }
            long[] handed = {0};
            store.shard.search(
                    new Search(0, Long.MAX_VALUE, List.of(), Search.Order.NEWEST_FIRST),
                    (offset, millis, payload) -> {
                        assertThat(offset).isEqualTo(3999 - handed[0]);
                        return ++handed[0] < 10;
                    });
            assertThat(handed[0]).isEqualTo(10);
        }
    }
}
