package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.journal.Durability;
import io.robustmq.telemetry.event.Severity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    @TempDir Path folder;

    // What is taken

    @Test
    void without_file_and_settings_everything_has_its_default() {
        StandaloneConfig config =
                loaded(ConfigReader.read(StandaloneKeys.ROLE, null, Map.of(), List.of())).config();
        assertThat(config.nodeId()).isEqualTo("node-1");
        assertThat(config.data().directory()).isEqualTo(Path.of("./robust-data"));
        assertThat(config.mqtt().listen().orElseThrow()).hasToString("127.0.0.1/<unresolved>:1883");
        assertThat(config.mqtt().maxPacketSize()).isEqualTo(1 << 20);
        assertThat(config.mqtt().maxSessionExpiry()).isEqualTo(Duration.ofDays(7));
        assertThat(config.journal().durability()).isEqualTo(Durability.FSYNC);
        assertThat(config.sinks().console().level()).isEqualTo(Severity.INFO);
        assertThat(config.tracing().ratio()).isEqualTo(0.01);
    }

    @Test
    void the_file_wins_over_the_default_the_environment_over_the_file_and_set_over_all()
            throws IOException {
        Path file =
                file(
                        """
                        [mqtt]
                        max-in-flight = 1
                        receive-maximum = 1
                        topic-alias-maximum = 1
                        """);
        ConfigOutcome.Loaded<StandaloneConfig> loaded =
                loaded(
                        ConfigReader.read(
                                StandaloneKeys.ROLE,
                                file,
                                Map.of(
                                        "ROBUSTMQ_MQTT__RECEIVE_MAXIMUM", "2",
                                        "ROBUSTMQ_MQTT__TOPIC_ALIAS_MAXIMUM", "2"),
                                List.of("mqtt.topic-alias-maximum=3")));
        assertThat(loaded.config().mqtt().maxInFlight()).isEqualTo(1);
        assertThat(loaded.config().mqtt().receiveMaximum()).isEqualTo(2);
        assertThat(loaded.config().mqtt().topicAliasMaximum()).isEqualTo(3);
        assertThat(loaded.file()).isEqualTo(file.toString());
        assertThat(loaded.fromEnvironment()).isEqualTo(2);
        assertThat(loaded.fromCommandLine()).isEqualTo(1);
    }

    @Test
    void the_last_set_of_a_key_counts() {
        assertThat(set("node-id=a", "node-id=b").config().nodeId()).isEqualTo("b");
    }

    @Test
    void a_key_may_be_written_dotted_in_a_section_or_inline() throws IOException {
        for (String toml :
                List.of(
                        "mqtt.receive-maximum = 7",
                        "[mqtt]\nreceive-maximum = 7",
                        "mqtt = { receive-maximum = 7 }")) {
            assertThat(loaded(read(toml)).config().mqtt().receiveMaximum()).isEqualTo(7);
        }
    }

    @Test
    void a_value_may_hold_an_equals_sign() {
        assertThat(set("data.directory=/a=b").config().data().directory())
                .isEqualTo(Path.of("/a=b"));
    }

    @ParameterizedTest
    @CsvSource({
        "100ms, PT0.1S",
        "10s, PT10S",
        "2m, PT2M",
        "600s, PT10M",
    })
    void durations_have_units(String written, Duration expected) {
        assertThat(set("mqtt.connect-timeout=" + written).config().mqtt().connectTimeout())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1048576B, 1048576", "1024KiB, 1048576", "1MiB, 1048576", "1GiB, 1073741824"})
    void sizes_have_units(String written, long expected) {
        assertThat(set("journal.segment-size=" + written).config().journal().segmentSize())
                .isEqualTo(expected);
    }

    @Test
    void a_list_is_an_array_in_the_file_and_parted_by_commas_elsewhere() throws IOException {
        List<Path> two = List.of(Path.of("/disk1"), Path.of("/disk2"));
        assertThat(directories(set("journal.directories=/disk1,/disk2"))).isEqualTo(two);
        ConfigOutcome.Loaded<StandaloneConfig> fromFile =
                loaded(read("journal.directories = [\"/disk1\", \"/disk2\"]"));
        assertThat(directories(fromFile)).isEqualTo(two);
        assertThat(directories(set("journal.directories=")))
                .isEqualTo(List.of(Path.of("./robust-data/journal")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "[\"\"]", "[\"/a\", \"/a\"]", "\"/a\"", "[[\"/a\"]]"})
    void a_list_of_paths_has_paths_only_and_none_twice(String written) throws IOException {
        assertThat(lines(read("journal.directories = " + written)))
                .singleElement()
                .asString()
                .contains("must be a list of paths, or empty");
    }

    @Test
    void an_address_may_be_ipv6_or_a_name() {
        assertThat(
                        set("mqtt.listen=[::1]:0")
                                .config()
                                .mqtt()
                                .listen()
                                .orElseThrow()
                                .getHostString())
                .isEqualTo("::1");
        assertThat(
                        set("mqtt.listen=my-host.example:1")
                                .config()
                                .mqtt()
                                .listen()
                                .orElseThrow()
                                .getHostString())
                .isEqualTo("my-host.example");
    }

    @Test
    void a_url_is_taken_whole() {
        assertThat(set("sinks.otlp.endpoint=https://c.example:4318").config().sinks().otlp())
                .returns(URI.create("https://c.example:4318"), StandaloneConfig.Otlp::endpoint);
    }

    // What is wrong

    @Test
    void every_problem_is_told_at_once_with_its_place() throws IOException {
        Path file =
                file(
                        """
                        node-id = "node 1"
                        [mqtt]
                        max-conections = 5
                          event-loops = 5000
                        """);
        ConfigOutcome<StandaloneConfig> outcome =
                ConfigReader.read(
                        StandaloneKeys.ROLE,
                        file,
                        Map.of("ROBUSTMQ_TRACING__RATIO", "2"),
                        List.of("http.listen=localhost"));
        assertThat(lines(outcome))
                .containsExactly(
                        file
                                + ":1:1: node-id: must be 1 to 63 letters, digits, dots, hyphens or underscores, a letter or digit first, was \"node 1\"",
                        file
                                + ":3:1: mqtt.max-conections: unknown key, did you mean mqtt.max-connections?",
                        file
                                + ":4:3: mqtt.event-loops: must be a whole number from 0 to 1024, was 5000",
                        "environment ROBUSTMQ_TRACING__RATIO: tracing.ratio: must be a number from 0.0 to 1.0, was \"2\"",
                        "--set http.listen=localhost: http.listen: must be host:port with a port from 0 to 65535, such as 127.0.0.1:1883 or [::1]:1883, was \"localhost\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mqtt.max-connections = 0",
                "mqtt.max-connections = \"5\"",
                "mqtt.max-connections = 5.0",
                "mqtt.max-connections = 99999999999",
                "mqtt.allow-anonymous = 1",
                "mqtt.allow-anonymous = \"sometimes\"",
                "mqtt.allow-anonymous = \"true\"",
                "mqtt.connect-timeout = 10",
                "mqtt.connect-timeout = \"10\"",
                "mqtt.connect-timeout = \"10 s\"",
                "mqtt.connect-timeout = \"-1s\"",
                "mqtt.connect-timeout = \"10min\"",
                "mqtt.connect-timeout = \"999999999999999d\"",
                "mqtt.max-packet-size = 1048576",
                "mqtt.max-packet-size = \"1MB\"",
                "mqtt.max-packet-size = \"1GiB\"",
                "mqtt.max-packet-size = \"999999999999TiB\"",
                "mqtt.listen = \"127.0.0.1\"",
                "mqtt.listen = \":1883\"",
                "mqtt.listen = \"127.0.0.1:65536\"",
                "mqtt.listen = \"::1:1883\"",
                "mqtt.listen = 1883",
                "sinks.fluent.address = \"127.0.0.1:0\"",
                "sinks.otlp.endpoint = \"127.0.0.1:4317\"",
                "sinks.otlp.endpoint = \"ftp://x\"",
                "sinks.console.format = \"HUMAN\"",
                "sinks.console.level = \"trace\"",
                "journal.durability = \"none\"",
                "tracing.ratio = 1.1",
                "tracing.ratio = nan",
                "tracing.ratio = \"0.5\"",
                "data.directory = \"\"",
                "data.directory = [\"a\"]",
                "node-id = { a = 1 }",
                "sinks.file.prefix = \"../x\"",
                "mqtt = 5",
                "sinks = []"
            })
    void a_wrong_value_is_refused_with_key_and_value(String toml) throws IOException {
        String key = toml.substring(0, toml.indexOf(' '));
        assertThat(lines(read(toml)))
                .singleElement()
                .asString()
                .contains(":1:1: " + key + ": ")
                .containsAnyOf("must be ", "is a section")
                .contains(", was ");
    }

    @ParameterizedTest
    @CsvSource({
        "mqtt.listne, mqtt.listen",
        "mqtt.max_connections, mqtt.max-connections",
        "mqqt.listen, mqtt.listen",
        "sink.console.format, sinks.console.format",
        "nodeid, node-id",
        "allow-anonymous, mqtt.allow-anonymous",
        "ratio, tracing.ratio"
    })
    void an_unknown_key_is_refused_with_what_was_meant(String key, String meant)
            throws IOException {
        assertThat(lines(read(key + " = 1")))
                .singleElement()
                .asString()
                .endsWith(key + ": unknown key, did you mean " + meant + "?");
    }

    @Test
    void a_key_like_no_other_is_refused_without_a_guess() throws IOException {
        assertThat(lines(read("quux-frobnicate = 1")))
                .allMatch(line -> line.endsWith("unknown key"));
    }

    @Test
    void an_unknown_section_is_refused_even_if_empty() throws IOException {
        assertThat(lines(read("[bogus-section]\n")))
                .singleElement()
                .asString()
                .endsWith(":1:1: bogus-section: unknown section");
    }

    @Test
    void what_is_not_toml_is_refused_with_its_place() throws IOException {
        assertThat(lines(read("node-id = \"a\"\n[mqtt\n")))
                .singleElement()
                .asString()
                .contains(":2:")
                .contains("not TOML");
    }

    @Test
    void a_file_that_is_not_there_or_not_a_file_is_refused() {
        assertThat(
                        lines(
                                ConfigReader.read(
                                        StandaloneKeys.ROLE,
                                        folder.resolve("none"),
                                        Map.of(),
                                        List.of())))
                .containsExactly(folder.resolve("none") + ": no such file");
        assertThat(lines(ConfigReader.read(StandaloneKeys.ROLE, folder, Map.of(), List.of())))
                .singleElement()
                .asString()
                .startsWith(folder + ": cannot be read: ");
    }

    @Test
    void an_unknown_variable_with_our_prefix_is_refused() {
        assertThat(
                        lines(
                                ConfigReader.read(
                                        StandaloneKeys.ROLE,
                                        null,
                                        Map.of("ROBUSTMQ_MQTT__LISTN", "x"),
                                        List.of())))
                .containsExactly(
                        "environment ROBUSTMQ_MQTT__LISTN: mqtt.listn: unknown key, did you mean mqtt.listen?");
    }

    @Test
    void variables_of_the_launcher_and_of_a_kubernetes_service_are_no_keys() {
        Map<String, String> environment =
                Map.of(
                        "PATH", "/bin",
                        "ROBUSTMQ_BUILD", "never",
                        "ROBUSTMQ_JAVA_OPTS", "-Xmx1g",
                        "ROBUSTMQ_SERVICE_HOST", "10.0.0.1",
                        "ROBUSTMQ_SERVICE_PORT_MQTT", "1883",
                        "ROBUSTMQ_PORT", "tcp://10.0.0.1:1883",
                        "ROBUSTMQ_PORT_1883_TCP_ADDR", "10.0.0.1",
                        "ROBUSTMQ_HEADLESS_SERVICE_PORT", "1883");
        assertThat(
                        loaded(ConfigReader.read(StandaloneKeys.ROLE, null, environment, List.of()))
                                .fromEnvironment())
                .isZero();
    }

    @Test
    void a_broker_that_nobody_could_connect_to_is_refused() {
        assertThat(
                        lines(
                                ConfigReader.read(
                                        StandaloneKeys.ROLE,
                                        null,
                                        Map.of(),
                                        List.of("mqtt.allow-anonymous=false"))))
                .singleElement()
                .asString()
                .startsWith("--set mqtt.allow-anonymous=false: mqtt.allow-anonymous: is never and")
                .contains("mqtt.password-file is empty");
    }

    @Test
    void who_may_connect_anonymously_may_still_be_said_with_true_and_false() {
        assertThat(allowed()).isEqualTo(AnonymousAuthenticator.Allowed.LOOPBACK);
        assertThat(allowed("mqtt.allow-anonymous=true"))
                .isEqualTo(AnonymousAuthenticator.Allowed.ALWAYS);
        assertThat(allowed("mqtt.allow-anonymous=always"))
                .isEqualTo(AnonymousAuthenticator.Allowed.ALWAYS);
        assertThat(
                        allowed(
                                "mqtt.allow-anonymous=false",
                                "mqtt.access.certificate-identity=san-email"))
                .isEqualTo(AnonymousAuthenticator.Allowed.NEVER);
    }

    private static AnonymousAuthenticator.Allowed allowed(String... assignments) {
        return set(assignments).config().mqtt().allowAnonymous();
    }

    @Test
    void every_problem_of_the_password_file_and_the_acl_file_is_told() throws IOException {
        Path passwords = Files.writeString(folder.resolve("passwords"), "ann:plain\n");
        Path acl = Files.writeString(folder.resolve("acl"), "topic\ntopik x\n");
        assertThat(
                        lines(
                                ConfigReader.read(
                                        StandaloneKeys.ROLE,
                                        null,
                                        Map.of(),
                                        List.of(
                                                "mqtt.password-file=" + passwords,
                                                "mqtt.access.acl-file=" + acl))))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(passwords + ":1: the hash of ann"),
                        line -> assertThat(line).startsWith(acl + ":1: topic needs"),
                        line -> assertThat(line).startsWith(acl + ":2: a line begins with"));
        assertThat(
                        lines(
                                ConfigReader.read(
                                        StandaloneKeys.ROLE,
                                        null,
                                        Map.of(),
                                        List.of("mqtt.access.acl-file=" + acl + ".none"))))
                .containsExactly(acl + ".none: no such file");
    }

    @Test
    void scram_without_users_is_refused() {
        assertThat(
                        lines(
                                ConfigReader.read(
                                        StandaloneKeys.ROLE,
                                        null,
                                        Map.of(),
                                        List.of("mqtt5.scram=true"))))
                .containsExactly(
                        "--set mqtt5.scram=true: mqtt5.scram: is true and mqtt.password-file is empty, so there are no users");
    }

    @Test
    void two_listeners_on_one_address_are_refused_but_not_on_port_0() {
        assertThat(
                        lines(
                                ConfigReader.read(
                                        StandaloneKeys.ROLE,
                                        null,
                                        Map.of(),
                                        List.of("http.listen=127.0.0.1:1883"))))
                .containsExactly(
                        "--set http.listen=127.0.0.1:1883: http.listen: must differ from mqtt.listen, both are 127.0.0.1:1883");
        set("http.listen=127.0.0.1:0", "mqtt.listen=127.0.0.1:0");
    }

    private Path file(String toml) throws IOException {
        return Files.writeString(folder.resolve("test.toml"), toml);
    }

    private ConfigOutcome<StandaloneConfig> read(String toml) throws IOException {
        return ConfigReader.read(StandaloneKeys.ROLE, file(toml), Map.of(), List.of());
    }

    private static ConfigOutcome.Loaded<StandaloneConfig> set(String... assignments) {
        return loaded(ConfigReader.read(StandaloneKeys.ROLE, null, Map.of(), List.of(assignments)));
    }

    private static List<Path> directories(ConfigOutcome.Loaded<StandaloneConfig> loaded) {
        StandaloneConfig config = loaded.config();
        return config.journalDirectories(config.journal().directories());
    }

    private static <C extends Record & RoleConfig> ConfigOutcome.Loaded<C> loaded(
            ConfigOutcome<C> outcome) {
        return switch (outcome) {
            case ConfigOutcome.Loaded<C> loaded -> loaded;
            case ConfigOutcome.Wrong<C> wrong -> throw new AssertionError(lines(wrong));
        };
    }

    private static <C extends Record & RoleConfig> List<String> lines(ConfigOutcome<C> outcome) {
        return switch (outcome) {
            case ConfigOutcome.Loaded<C> loaded -> List.of();
            case ConfigOutcome.Wrong<C>(List<ConfigProblem> problems) ->
                    problems.stream().map(ConfigProblem::line).toList();
        };
    }
}
