package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.robustmq.telemetry.event.AuthenticationEvent;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessControlTest {
    private static final String ANN = PasswordFileTest.ANN + "\n";
    private static final String BOB = ANN.replace("ann:", "bob:");

    @TempDir Path folder;

    private final RecordingEvents events = new RecordingEvents();
    private final SettableClock clock = new SettableClock(Instant.now().plusSeconds(3600));
    private final AtomicInteger told = new AtomicInteger();
    private Path passwords;
    private Path acl;
    private AccessControl access;

    @BeforeEach
    void files() throws IOException {
        passwords = Files.writeString(folder.resolve("passwords"), ANN);
        acl = Files.writeString(folder.resolve("acl"), "topic a\n");
        access = make();
    }

    @AfterEach
    void close() {
        access.close();
    }

    @Test
    void at_the_start_both_files_are_read_and_told() throws Exception {
        open();
        assertThat(events.of(AuthenticationEvent.PasswordsLoaded.class))
                .containsExactly(new AuthenticationEvent.PasswordsLoaded(passwords.toString(), 1));
        assertThat(events.of(AuthenticationEvent.AclLoaded.class))
                .containsExactly(new AuthenticationEvent.AclLoaded(acl.toString(), 1));
        assertThat(told).hasValue(0);
    }

    @Test
    void a_file_that_became_wrong_before_the_start_stops_it_with_every_problem()
            throws IOException {
        Files.writeString(acl, "topic\ntopik x\n");
        Files.writeString(passwords, "ann:plain\n");
        assertThatThrownBy(access::open)
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(acl + ":1:")
                .hasMessageContaining(acl + ":2:")
                .hasMessageContaining(passwords + ":1:");
    }

    @Test
    void what_has_not_changed_is_not_read_again() throws Exception {
        open();
        assertThat(access.check(false)).isEqualTo(new AccessControl.Checked(0, List.of()));
        assertThat(access.check(true)).isEqualTo(new AccessControl.Checked(0, List.of()));
        assertThat(told).hasValue(0);
    }

    @Test
    void a_file_that_takes_its_place_is_in_force_at_once() throws Exception {
        open();
        replace(passwords, ANN + BOB);
        assertThat(access.check(false)).isEqualTo(new AccessControl.Checked(1, List.of()));
        assertThat(told).hasValue(1);
        assertThat(events.of(AuthenticationEvent.PasswordsLoaded.class).getLast().users())
                .isEqualTo(2);
    }

    @Test
    void a_link_that_leads_elsewhere_is_seen_as_with_kubernetes_volumes() throws Exception {
        Path old = Files.createDirectory(folder.resolve("..1"));
        Path now = Files.createDirectory(folder.resolve("..2"));
        Files.move(passwords, old.resolve("passwords"));
        Files.writeString(now.resolve("passwords"), ANN + BOB);
        FileTime same = Files.getLastModifiedTime(old.resolve("passwords"));
        Files.setLastModifiedTime(now.resolve("passwords"), same);
        Path data = Files.createSymbolicLink(folder.resolve("..data"), old.getFileName());
        Files.createSymbolicLink(passwords, Path.of("..data", "passwords"));
        open();
        Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), now.getFileName());
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertThat(access.check(false).changed()).isEqualTo(1);
        assertThat(events.of(AuthenticationEvent.PasswordsLoaded.class).getLast().users())
                .isEqualTo(2);
    }

    @Test
    void a_file_that_is_being_written_is_read_when_that_is_over() throws Exception {
        open();
        Files.writeString(passwords, "");
        assertThat(access.check(false).changed()).isZero();
        Files.writeString(passwords, ANN + BOB);
        assertThat(access.check(false).changed()).isZero();
        assertThat(access.check(false).changed()).isEqualTo(1);
        assertThat(events.of(AuthenticationEvent.PasswordsLoaded.class))
                .extracting(AuthenticationEvent.PasswordsLoaded::users)
                .containsExactly(1, 2);
    }

    @Test
    void whoever_asks_for_it_has_it_read_now() throws Exception {
        open();
        Files.writeString(passwords, ANN + BOB);
        assertThat(access.check(true).changed()).isEqualTo(1);
    }

    @Test
    void a_change_that_leaves_time_and_size_as_they_were_is_seen() throws Exception {
        FileTime time = FileTime.from(clock.instant());
        Files.setLastModifiedTime(acl, time);
        open();
        Files.writeString(acl, "topic b\n");
        Files.setLastModifiedTime(acl, time);
        assertThat(access.check(false).changed()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(access.check(false).changed()).isZero();
    }

    @Test
    void a_wrong_file_changes_nothing_and_is_told_once_with_all_its_problems() throws Exception {
        open();
        replace(acl, "topik a\ntopic\n");
        assertThat(access.check(false).problems()).hasSize(2);
        assertThat(access.check(false).problems()).hasSize(2);
        assertThat(told).hasValue(0);
        assertThat(events.of(AuthenticationEvent.ReloadFailed.class))
                .singleElement()
                .satisfies(failed -> {
                    assertThat(failed.file()).isEqualTo(acl.toString());
                    assertThat(failed.problems()).isEqualTo(2);
                    assertThat(failed.detail()).contains(acl + ":1: ", acl + ":2: ");
                });
        assertThat(events.of(AuthenticationEvent.AclLoaded.class)).hasSize(1);
        replace(acl, "topic c\n");
        assertThat(access.check(false)).isEqualTo(new AccessControl.Checked(1, List.of()));
    }

    @Test
    void a_file_that_is_gone_changes_nothing_until_it_is_back() throws Exception {
        open();
        Files.delete(passwords);
        assertThat(access.check(false).problems()).hasSize(1);
        assertThat(access.check(false).changed()).isZero();
        assertThat(events.of(AuthenticationEvent.ReloadFailed.class))
                .singleElement()
                .satisfies(failed -> assertThat(failed.detail()).endsWith("no such file"));
        replace(passwords, BOB);
        assertThat(access.check(false)).isEqualTo(new AccessControl.Checked(1, List.of()));
    }

    @Test
    void without_files_there_is_nothing_to_look_at() throws Exception {
        access = new AccessControl(config(List.of()), false, clock, events);
        access.open();
        access.onChange(told::incrementAndGet);
        access.watch();
        assertThat(access.check(true)).isEqualTo(new AccessControl.Checked(0, List.of()));
        assertThat(events.all()).isEmpty();
    }

    private static void replace(Path file, String text) throws IOException {
        Path other = Files.writeString(file.resolveSibling("new"), text);
        Files.move(
                other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Looks only when a test does. */
    private void open() throws Exception {
        access.open();
        access.onChange(told::incrementAndGet);
    }

    private AccessControl make() {
        return new AccessControl(
                config(List.of("mqtt.password-file=" + passwords, "mqtt.access.acl-file=" + acl)),
                false,
                clock,
                events);
    }

    private static BrokerConfig.Mqtt config(List<String> assignments) {
        return switch (ConfigReader.read(StandaloneKeys.ROLE, null, Map.of(), assignments)) {
            case ConfigOutcome.Loaded<StandaloneConfig> loaded -> loaded.config().mqtt();
            case ConfigOutcome.Wrong<StandaloneConfig> wrong ->
                    throw new AssertionError(wrong.toString());
        };
    }
}
