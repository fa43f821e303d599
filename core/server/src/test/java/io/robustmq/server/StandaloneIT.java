package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.robustmq.testkit.ChildProcess;
import io.robustmq.testkit.FreePorts;
import io.robustmq.testkit.NeedsPart;
import io.robustmq.testkit.Part;
import io.robustmq.testkit.Repository;
import io.robustmq.testkit.RobustMq;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process as its user sees it: what it prints, how it ends. */
class StandaloneIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path LAUNCHER = Repository.root().resolve("bin").resolve("robustmq");

    @TempDir Path folder;

    // Starting and stopping

    @Test
    void it_says_what_listens_where_and_stops_in_order_with_0() throws Exception {
        int[] ports = FreePorts.several(6);
        try (ChildProcess node =
                robustmq(
                        "standalone",
                        "--set",
                        "mqtt.listen=127.0.0.1:" + ports[0],
                        "--set",
                        "http.listen=127.0.0.1:" + ports[1],
                        "--set",
                        "mqtt.tls.listen=127.0.0.1:" + ports[2],
                        "--set",
                        "mqtt.ws.listen=127.0.0.1:" + ports[3],
                        "--set",
                        "mqtt.wss.listen=127.0.0.1:" + ports[4],
                        "--set",
                        "mqtt.quic.listen=127.0.0.1:" + ports[5])) {
            String ready = node.awaitLine("ready", LIMIT, line -> line.startsWith("RobustMQ "));
            System.out.println("measured, for the record: " + ready);
            assertThat(ready).matches("RobustMQ \\d+\\.\\d+\\.\\d+ ready in \\d+\\.\\d s");
            for (String url :
                    List.of(
                            "mqtt://127.0.0.1:" + ports[0],
                            "mqtts://127.0.0.1:" + ports[2],
                            "ws://127.0.0.1:" + ports[3] + "/mqtt",
                            "wss://127.0.0.1:" + ports[4] + "/mqtt",
                            "quic://127.0.0.1:" + ports[5])) {
                node.awaitLine("MQTT", LIMIT, line -> line.equals("  MQTT      " + url));
            }
            node.awaitLine(
                    "HTTP",
                    LIMIT,
                    line -> line.startsWith("  HTTP      http://127.0.0.1:" + ports[1] + "/"));
            Path data = folder.toRealPath().resolve("robust-data");
            node.awaitLine("data", LIMIT, line -> line.equals("  data      " + data));
            node.awaitLine(
                    "events",
                    LIMIT,
                    line -> line.equals("  events    " + data.resolve("logs/robustmq-*.log")));

            ProcessHandle.of(node.pid()).orElseThrow().destroy(); // SIGTERM
            assertThat(node.awaitExit(LIMIT)).isZero();
            assertThat(node.stdout())
                    .anyMatch(line -> line.contains("placement.node_removed"))
                    .anyMatch(line -> line.contains("pipeline.stopping"));
            assertThat(node.stderr()).isEmpty();
        }
    }

    @Test
    void with_json_on_the_console_standard_output_is_json_only() throws Exception {
        try (RobustMq node = RobustMq.in(folder).start()) {
            node.awaitRecord("placement.node_ready");
            assertThat(node.process().stdout())
                    .isNotEmpty()
                    .allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        }
    }

    @Test
    void the_configuration_in_force_is_told() throws Exception {
        try (RobustMq node = RobustMq.in(folder).set("node-id", "n-7").start()) {
            JsonNode loaded = node.awaitRecord("placement.config_loaded");
            assertThat(loaded.path("node_id").asText()).isEqualTo("n-7");
            assertThat(loaded.path("file").asText()).endsWith("config/standalone.toml");
            assertThat(loaded.path("from_command_line").asInt()).isPositive();
            assertThat(loaded.path("from_environment").asInt()).isZero();
        }
    }

    @Test
    void the_launcher_may_be_a_link_in_a_folder_with_spaces() throws Exception {
        Path spaced = Files.createDirectory(folder.resolve("a folder"));
        Path link = Files.createSymbolicLink(spaced.resolve("a link"), LAUNCHER);
        try (ChildProcess version = run(spaced, Map.of(), link.toString(), "version")) {
            assertThat(version.awaitExit(LIMIT)).isZero();
            assertThat(version.stdout()).singleElement().asString().startsWith("RobustMQ ");
        }
    }

    // Who may connect

    @Test
    @NeedsPart(Part.MOSQUITTO)
    void with_a_password_file_only_who_knows_a_password_gets_in() throws Exception {
        Path passwords = folder.resolve("passwords");
        try (ChildProcess made =
                run(
                        folder,
                        Map.of(),
                        Part.MOSQUITTO.program("mosquitto_passwd").toString(),
                        "-c",
                        "-b",
                        passwords.toString(),
                        "ann",
                        "secret")) {
            assertThat(made.awaitExit(LIMIT)).isZero();
        }
        try (RobustMq node =
                RobustMq.in(folder)
                        .set("mqtt.allow-anonymous", "false")
                        .set("mqtt.password-file", passwords.toString())
                        .start()) {
            assertThat(publish(node, "-u", "ann", "-P", "secret")).isZero();
            assertThat(publish(node, "-u", "ann", "-P", "wrong")).isEqualTo(4); // 3.1.1: 3.2.2.3
            assertThat(publish(node, "-u", "bob", "-P", "secret")).isEqualTo(4);
            assertThat(publish(node)).isEqualTo(5);
            node.awaitRecord("authentication.passwords_loaded", r -> r.path("users").asInt() == 1);
            node.awaitRecord("authentication.succeeded");
            node.awaitRecord("authentication.failed");
            assertThat(node.records().toString()).doesNotContain("secret", "anonymous_allowed");
        }
    }

    private int publish(RobustMq node, String... credentials) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Part.MOSQUITTO.program("mosquitto_pub").toString(),
                                "-p",
                                "" + node.mqttPort(),
                                "-V",
                                "mqttv311",
                                "-t",
                                "a",
                                "-m",
                                "b",
                                "-q",
                                "1"));
        command.addAll(List.of(credentials));
        try (ChildProcess pub = run(folder, Map.of(), command.toArray(String[]::new))) {
            return pub.awaitExit(LIMIT);
        }
    }

    // Starts that fail

    @Test
    void a_wrong_configuration_is_78_with_a_line_for_every_problem() throws Exception {
        Path file = Files.writeString(folder.resolve("x.toml"), "[mqtt]\nlisten = 5\n");
        try (ChildProcess node = robustmq("standalone", "--conf=x.toml", "--set", "mqtt.lisen=x")) {
            assertThat(node.awaitExit(LIMIT)).isEqualTo(78);
            assertThat(node.stderr())
                    .containsExactly(
                            file.getFileName()
                                    + ":2:1: mqtt.listen: must be host:port with a port from 0 to 65535, such as 127.0.0.1:1883 or [::1]:1883, or empty, was 5",
                            "--set mqtt.lisen=x: mqtt.lisen: unknown key, did you mean mqtt.listen?",
                            "robustmq: the configuration has 2 problems, see above");
            assertThat(node.stdout()).isEmpty();
        }
        assertThat(folder.resolve("robust-data")).doesNotExist();
    }

    @Test
    void a_file_that_is_not_there_is_78() throws Exception {
        failsWith(78, "none.toml: no such file", "standalone", "--conf=none.toml");
    }

    @Test
    void the_environment_is_checked_as_well() throws Exception {
        try (ChildProcess node =
                run(
                        folder,
                        Map.of("ROBUSTMQ_BUILD", "never", "ROBUSTMQ_NODE_ID", "no id"),
                        LAUNCHER.toString(),
                        "config",
                        "check")) {
            assertThat(node.awaitExit(LIMIT)).isEqualTo(78);
            assertThat(node.stderr().getFirst())
                    .startsWith("environment ROBUSTMQ_NODE_ID: node-id: must be ");
        }
    }

    @Test
    void a_good_configuration_is_0_and_nothing_is_started() throws Exception {
        try (ChildProcess check = robustmq("config", "check", "--set", "node-id=a")) {
            assertThat(check.awaitExit(LIMIT)).isZero();
            assertThat(check.stdout().getFirst()).startsWith("configuration is fine: ");
        }
        assertThat(folder.resolve("robust-data")).doesNotExist();
    }

    @Test
    void a_port_in_use_is_69_with_one_line() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RobustMq node =
                        RobustMq.in(folder)
                                .set("mqtt.listen", "127.0.0.1:" + taken.getLocalPort())
                                .launch()) {
            assertThat(node.process().awaitExit(LIMIT)).isEqualTo(69);
            assertThat(node.process().stderr())
                    .containsExactly(
                            "robustmq: cannot listen on 127.0.0.1:"
                                    + taken.getLocalPort()
                                    + ": the port is in use; stop what listens there, or set mqtt.listen");
            JsonNode failed = node.awaitRecord("placement.start_failed");
            assertThat(failed.path("exit_code").asInt()).isEqualTo(69);
            assertThat(failed.path("level").asText()).isEqualTo("error");
        }
    }

    @Test
    void a_data_directory_that_another_process_has_is_73() throws Exception {
        try (RobustMq first = RobustMq.in(folder).start();
                RobustMq second = RobustMq.in(folder).launch()) {
            assertThat(second.process().awaitExit(LIMIT)).isEqualTo(73);
            assertThat(second.process().stderr())
                    .singleElement()
                    .asString()
                    .startsWith("robustmq: data.directory " + folder + " is in use");
            second.awaitRecord("placement.start_failed", r -> r.path("exit_code").asInt() == 73);
            assertThat(first.get("/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_data_directory_that_cannot_be_written_is_73() throws Exception {
        Path parent = Files.createDirectory(folder.resolve("parent"));
        // a folder without write permission does not stop root; a file in the way stops everybody
        boolean isRoot = System.getProperty("user.name").equals("root");
        Path data = parent.resolve("data");
        if (isRoot) {
            Files.writeString(data, "");
        } else {
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("r-xr-xr-x"));
        }
        try {
            failsWith(
                    73,
                    "robustmq: data.directory " + data + " cannot be used: ",
                    "standalone",
                    "--set",
                    "data.directory=" + data);
        } finally {
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void an_unknown_command_is_64_with_one_line() throws Exception {
        failsWith(64, "robustmq: unknown command standalon, did you mean standalone?", "standalon");
        failsWith(64, "robustmq: unknown option --cnf: try robustmq help", "standalone", "--cnf");
    }

    @Test
    void without_a_new_enough_java_the_launcher_says_so_with_69() throws Exception {
        Path copied =
                copiedLauncher(
                        "find_jdk() { echo \"no JDK $1 or newer: looked everywhere\" >&2; return 1; }\n");
        try (ChildProcess node = run(folder, Map.of(), copied.toString(), "version")) {
            assertThat(node.awaitExit(LIMIT)).isEqualTo(69);
            assertThat(node.stderr())
                    .containsExactly("robustmq: no JDK 25 or newer: looked everywhere");
        }
    }

    @Test
    void without_a_build_and_forbidden_to_make_one_the_launcher_says_so_with_69() throws Exception {
        Path copied = copiedLauncher(Files.readString(Repository.root().resolve("bin/lib/jdk.sh")));
        try (ChildProcess node =
                run(folder, Map.of("ROBUSTMQ_BUILD", "never"), copied.toString(), "version")) {
            assertThat(node.awaitExit(LIMIT)).isEqualTo(69);
            assertThat(node.stderr())
                    .singleElement()
                    .asString()
                    .startsWith("robustmq: there is no build in ");
        }
    }

    /** The launcher as it is, in a tree where nothing is built. */
    private Path copiedLauncher(String jdkSearch) throws Exception {
        Path lib = Files.createDirectories(folder.resolve("bin").resolve("lib"));
        Files.writeString(lib.resolve("jdk.sh"), jdkSearch);
        return Files.copy(
                LAUNCHER,
                folder.resolve("bin").resolve("robustmq"),
                StandardCopyOption.COPY_ATTRIBUTES);
    }

    private void failsWith(int exitCode, String lastLine, String... arguments) throws Exception {
        try (ChildProcess node = robustmq(arguments)) {
            assertThat(node.awaitExit(LIMIT)).isEqualTo(exitCode);
            assertThat(node.stderr()).anyMatch(line -> line.startsWith(lastLine));
            assertThat(node.stderr()).noneMatch(line -> line.contains("\tat "));
        }
    }

    private ChildProcess robustmq(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.addFirst(LAUNCHER.toString());
        return run(folder, Map.of("ROBUSTMQ_BUILD", "never"), command.toArray(String[]::new));
    }

    private static ChildProcess run(Path folder, Map<String, String> environment, String... command)
            throws Exception {
        return ChildProcess.start(
                Path.of(command[0]).getFileName().toString(),
                folder,
                environment,
                List.of(command));
    }
}
