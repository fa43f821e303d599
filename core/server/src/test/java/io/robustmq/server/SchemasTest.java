package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.MessageEvent;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schemas of a folder, and those of a cluster, as they change. */
class SchemasTest {
    private static final String A = "{\"topics\":[\"a\"],\"schema\":{\"type\":\"object\"}}";
    private static final String B = "{\"topics\":[\"b\"],\"schema\":{\"type\":\"array\"}}";

    @TempDir Path folder;

    private final RecordingEvents events = new RecordingEvents();
    private final SettableClock clock = new SettableClock(Instant.now().plusSeconds(3600));
    private final AtomicInteger told = new AtomicInteger();
    private Path schemas;
    private AccessControl access;

    @BeforeEach
    void make() throws IOException {
        schemas = Files.createDirectory(folder.resolve("schemas"));
        access = access(schemas);
        access.onChange(told::incrementAndGet);
    }

    @AfterEach
    void close() {
        access.close();
    }

    private AccessControl access(Path from) {
        return switch (ConfigReader.read(
                StandaloneKeys.ROLE, null, Map.of(), List.of("schemas.directory=" + from))) {
            case ConfigOutcome.Loaded<StandaloneConfig>(StandaloneConfig config, _, _, _) ->
                    new AccessControl(
                            config.mqtt(), false, false, config.schemaDirectory(), clock, events);
            case ConfigOutcome.Wrong<StandaloneConfig> wrong ->
                    throw new AssertionError(wrong.toString());
        };
    }

    private void put(String name, String text) throws IOException {
        Path other = Files.writeString(folder.resolve("new"), text);
        Files.move(
                other,
                schemas.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private List<MessageEvent.SchemasLoaded> loaded() {
        return events.of(MessageEvent.SchemasLoaded.class);
    }

    private List<MessageEvent.SchemaUnusable> unusable() {
        return events.of(MessageEvent.SchemaUnusable.class);
    }

    private MessageEvent.SchemasLoaded loaded(int inForce, String detail) {
        return new MessageEvent.SchemasLoaded(schemas.toString(), inForce, detail);
    }

    @Test
    void an_empty_folder_has_none_and_says_nothing() throws Exception {
        access.open();
        assertThat(access.check(true)).isEqualTo(new AccessControl.Checked(0, List.of()));
        assertThat(events.all()).isEmpty();
    }

    @Test
    void the_files_of_the_folder_are_in_force_as_they_come_change_and_go() throws Exception {
        put("a.json", A);
        put("README.md", "no schema");
        put(".hidden.json", "no schema");
        access.open();
        put("b.json", B);
        assertThat(access.check(false).changed()).isOne();
        assertThat(access.check(false).changed()).isZero();
        put("a.json", B);
        assertThat(access.check(false).changed()).isOne();
        Files.delete(schemas.resolve("a.json"));
        assertThat(access.check(false).changed()).isOne();
        assertThat(loaded())
                .containsExactly(
                        loaded(1, "a"), loaded(2, "b"), loaded(2, "a"), loaded(1, "a (gone)"));
        assertThat(told).as("nobody is judged again for it").hasValue(0);
    }

    @Test
    void a_wrong_file_stops_the_start_and_is_named() throws Exception {
        put("a.json", "{}");
        assertThatThrownBy(access::open)
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(schemas.resolve("a.json") + ": topics: must be a list");
    }

    @Test
    void a_folder_that_is_not_there_stops_the_start() {
        try (AccessControl without = access(folder.resolve("none"))) {
            assertThatThrownBy(without::open)
                    .isInstanceOf(StartFailure.class)
                    .hasMessage(folder.resolve("none") + ": no such folder");
        }
    }

    @Test
    void a_file_that_becomes_wrong_leaves_what_it_said_in_force_and_is_told_once()
            throws Exception {
        put("a.json", A);
        put("b.json", B);
        access.open();
        put("a.json", "{\"topics\":[\"#/x\"],\"schema\":{}}");
        put("b.json", A);
        AccessControl.Checked checked = access.check(false);
        assertThat(checked.changed()).isOne();
        assertThat(checked.problems()).hasSize(1);
        assertThat(access.check(false).problems()).hasSize(1);
        assertThat(unusable())
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.file()).isEqualTo(schemas.resolve("a.json").toString());
                    assertThat(event.detail()).contains("\"#/x\" is no topic filter");
                });
        assertThat(loaded()).endsWith(loaded(2, "b"));
        put("a.json", A);
        assertThat(access.check(false)).isEqualTo(new AccessControl.Checked(1, List.of()));
    }

    @Test
    void a_folder_that_cannot_be_read_leaves_what_it_said_in_force() throws Exception {
        put("a.json", A);
        access.open();
        Path away = Files.move(schemas, folder.resolve("away"));
        assertThat(access.check(false).problems()).hasSize(1);
        assertThat(access.check(false).changed()).isZero();
        assertThat(unusable()).hasSize(1);
        Files.move(away, schemas);
        assertThat(access.check(false)).isEqualTo(new AccessControl.Checked(0, List.of()));
        assertThat(loaded()).hasSize(1);
    }

    @Test
    void a_file_that_is_no_text_is_told_once_until_it_is_mended() throws Exception {
        access.open();
        Files.write(schemas.resolve("a.json"), new byte[] {(byte) 0xff});
        assertThat(access.check(false).problems()).hasSize(1);
        assertThat(access.check(false).problems()).hasSize(1);
        assertThat(unusable()).hasSize(1);
        put("a.json", A);
        assertThat(access.check(false)).isEqualTo(new AccessControl.Checked(1, List.of()));
    }

    @Test
    void more_than_the_most_are_not_used_and_that_is_told() {
        Map<String, String> texts = new TreeMap<>();
        for (int i = 0; i <= Schemas.MAX; i++) {
            texts.put("s%04d".formatted(i), A);
        }
        access.useSchemas("placement/schema", texts);
        assertThat(loaded()).singleElement().matches(e -> e.schemas() == Schemas.MAX);
        assertThat(unusable())
                .containsExactly(
                        new MessageEvent.SchemaUnusable(
                                "placement/schema/s1000",
                                1,
                                "placement/schema/s1000: at most 1000 schemas are used"));
    }
}
