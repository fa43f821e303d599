package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.robustmq.broker.Bans;
import io.robustmq.placement.Role;
import io.robustmq.telemetry.event.AuditEvent;
import io.robustmq.telemetry.event.ConnectionEvent.BanKind;
import io.robustmq.testkit.RecordingEvents;
import io.robustmq.testkit.SettableClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bans from the command line, by HTTP. */
class BansApiTest {
    @TempDir private static Path directory;

    private final RecordingEvents events = new RecordingEvents();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Bans bans =
            new Bans(new SettableClock(Instant.parse("2026-01-01T00:00:00Z")), events);
    private HttpEndpoint endpoint;

    @BeforeEach
    void open() throws IOException {
        endpoint =
                new HttpEndpoint(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new PrometheusRegistry(),
                        new Readiness(Role.values()),
                        AdminToken.in(directory, new SplittableRandom(1)),
                        events);
        endpoint.add(new BansApi(() -> bans, events).route());
        endpoint.open();
    }

    @AfterEach
    void close() {
        endpoint.close();
    }

    private ExitCode run(String... arguments) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--url=http://" + Listener.text(endpoint.localAddress()));
        all.add("--token-file=" + directory.resolve(AdminToken.FILE));
        return new Main(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        directory)
                .run(all.toArray(new String[0]));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_ban_is_added_shown_and_lifted() {
        assertThat(run("bans")).isEqualTo(ExitCode.OK);
        assertThat(said()).isEqualTo("nobody is banned\n");

        assertThat(run("bans", "add", "client", "pump-7", "--for=2h", "--reason=stolen"))
                .isEqualTo(ExitCode.OK);
        assertThat(said())
                .isEqualTo("client pump-7 until 2026-01-01T02:00:00Z, administrator: stolen\n");
        assertThat(run("bans", "add", "address", "2001:db8::7")).isEqualTo(ExitCode.OK);
        assertThat(run("bans", "list", "--json")).isEqualTo(ExitCode.OK);
        assertThat(said())
                .isEqualTo(
                        "{\"bans\":[{\"address\":\"2001:db8:0:0:0:0:0:0\",\"cause\":\"administrator\",\"reason\":\"\","
                                + "\"begun\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-01-01T01:00:00Z\"},"
                                + "{\"client\":\"pump-7\",\"cause\":\"administrator\",\"reason\":\"stolen\","
                                + "\"begun\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-01-01T02:00:00Z\"}]}\n");

        assertThat(run("bans", "lift", "client", "pump-7")).isEqualTo(ExitCode.OK);
        assertThat(said()).isEqualTo("lifted: client pump-7\n");
        assertThat(run("bans", "lift", "client", "pump-7")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("client pump-7 is not banned");
        assertThat(bans.list()).singleElement().matches(ban -> ban.kind() == BanKind.ADDRESS);

        AuditEvent.BanAdded added = events.of(AuditEvent.BanAdded.class).getFirst();
        assertThat(added.target()).isEqualTo("pump-7");
        assertThat(added.detail()).isEqualTo("stolen");
        assertThat(added.admin().who()).isEqualTo("admin-token");
        assertThat(events.of(AuditEvent.BanLifted.class)).hasSize(1);
    }

    @Test
    void what_is_wrong_is_said_and_bans_nobody() {
        assertThat(run("bans", "add", "address", "localhost")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("address must be such as 10.0.0.7 or 2001:db8::1, was localhost");
        assertThat(run("bans", "add", "client", "x", "--for=2y")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("for must be 1s to 365d, was 2y");
        assertThat(run("bans", "add", "client")).isEqualTo(ExitCode.USAGE);
        assertThat(run("bans", "drop", "client", "x")).isEqualTo(ExitCode.USAGE);
        assertThat(run("bans", "lift", "client", "x", "--for=1h")).isEqualTo(ExitCode.USAGE);
        assertThat(bans.list()).isEmpty();
        assertThat(events.of(AuditEvent.RequestRefused.class)).hasSize(2);
    }
}
