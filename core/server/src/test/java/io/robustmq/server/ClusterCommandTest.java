package io.robustmq.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.robustmq.placement.Author;
import io.robustmq.placement.Content;
import io.robustmq.placement.Document;
import io.robustmq.placement.DocumentChange;
import io.robustmq.placement.DocumentKind;
import io.robustmq.placement.Member;
import io.robustmq.placement.Node;
import io.robustmq.placement.NodeAnswer;
import io.robustmq.placement.NodeEpoch;
import io.robustmq.placement.PlacementView;
import io.robustmq.placement.Role;
import io.robustmq.replication.Documents;
import io.robustmq.replication.Segment;
import io.robustmq.replication.SegmentId;
import io.robustmq.replication.SegmentState;
import io.robustmq.replication.ShardHead;
import io.robustmq.telemetry.event.Admin;
import io.robustmq.testkit.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code robustmq cluster} at real placement centers. */
@Timeout(180)
class ClusterCommandTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Author BY = new Author("test", Admin.withToken("127.0.0.1:4000"));

    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<TestPlacementGroup> groups = new ArrayList<>();

    @AfterEach
    void close() {
        groups.forEach(TestPlacementGroup::close);
    }

    private TestPlacementGroup group(String... names) throws Exception {
        Path data = folder.resolve("group-" + groups.size());
        TestPlacementGroup group = TestPlacementGroup.started(data, names);
        groups.add(group);
        group.leader();
        for (String name : names.length == 1 ? List.<String>of() : List.of(names)) {
            Await.untilTrue(
                    "addresses are agreed on",
                    LIMIT,
                    () ->
                            group.placement(name).view().members().stream()
                                    .noneMatch(each -> each.address().isEmpty()));
        }
        return group;
    }

    private ExitCode run(TestPlacementGroup group, String line) {
        return run(group, line, "");
    }

    private ExitCode run(TestPlacementGroup group, String line, String in) {
        out.reset();
        err.reset();
        List<String> arguments = new ArrayList<>(List.of(("cluster " + line).split(" ")));
        arguments.add("--server=" + String.join(",", group.addresses()));
        return main(in, arguments.toArray(new String[0]));
    }

    private ExitCode main(String in, String... arguments) {
        return new Main(
                        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        folder)
                .run(arguments);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    private static PlacementView view(TestPlacementGroup group, String member) throws Exception {
        group.placement(member).barrier().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return group.placement(member).view();
    }

    private static void change(TestPlacementGroup group, DocumentChange... changes)
            throws Exception {
        group.placement("a")
                .change(List.of(changes), BY, "the test")
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static NodeEpoch register(TestPlacementGroup group, Node node) throws Exception {
        NodeAnswer answer =
                group.placement("a").register(node, 1).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return ((NodeAnswer.Registered) answer).identity();
    }

    private static DocumentChange segment(String shard, String... ensemble) {
        SegmentId id = new SegmentId(shard, 0, 0);
        return DocumentChange.create(
                DocumentKind.SEGMENT,
                ShardDocuments.name(id),
                Content.of(
                        Documents.encoded(
                                new Segment(
                                        id, 1, List.of(ensemble), 1, new SegmentState.Open()))));
    }

    private static DocumentChange head(String shard) {
        return DocumentChange.create(
                DocumentKind.SHARD,
                shard,
                Content.of(Documents.encoded(new ShardHead(shard, 1, "me", 1))));
    }

    private static Node journal(String name) {
        return new Node(
                name,
                Set.of(Role.JOURNAL_SERVER),
                Map.of(JournalNodes.JOURNAL_ID, "id-" + name, "tcp", "127.0.0.1:1"));
    }

    private static Set<String> members(TestPlacementGroup group, String at) throws Exception {
        return view(group, at).members().stream()
                .map(Member::name)
                .collect(java.util.stream.Collectors.toSet());
    }

    @Test
    void status_tells_who_there_is_and_what_is_not_as_it_should_be() throws Exception {
        TestPlacementGroup group = group("a", "b", "c");
        assertThat(run(group, "status")).as(said()).isEqualTo(ExitCode.OK);
        assertThat(said())
                .contains(
                        "placement group: 3 members, 2 must answer, 1 may fail",
                        group.address("c"),
                        "leads",
                        "follows",
                        "all is as it should be");
        change(group, head("mqtt.m1"), segment("mqtt.m1", "id-j1", "id-j2"));
        register(group, journal("j1"));
        assertThat(run(group, "status")).isEqualTo(ExitCode.FOUND);
        assertThat(said())
                .contains(
                        "journal-server: 1",
                        "NOT SERVED",
                        "home m1 is not served",
                        "shard mqtt.m1: 1 of 1 segment with a replica on a journal server that is not there");
        register(group, journal("j2"));
        Map<String, String> info = new HashMap<>(Map.of(Homes.SERVER, "m2"));
        NodeEpoch home = register(group, new Node("m1", Set.of(Role.MQTT_SERVER), info));
        assertThat(run(group, "status")).isEqualTo(ExitCode.FOUND);
        info.putAll(Homes.serving(home, "127.0.0.1:2"));
        register(group, new Node("m1", Set.of(Role.MQTT_SERVER), info));
        assertThat(run(group, "status")).as(said()).isEqualTo(ExitCode.OK);
        assertThat(said()).contains("served by m2");
        group.stop("c");
        Await.untilTrue(
                "c is missed",
                LIMIT,
                () ->
                        run(group, "status") == ExitCode.FOUND
                                && said().contains("placement center c does not answer"));
        run(group, "status --json");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("{\"revision\":")
                .contains("\"name\":\"c\"", "\"home\":\"m1\",\"server\":\"m2\"");
    }

    @Test
    void nobody_there_is_told_with_the_address() {
        assertThat(main("", "cluster", "status", "--server=127.0.0.1:1"))
                .isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(said())
                .startsWith("robustmq: no placement center can be used at 127.0.0.1:1")
                .hasLineCount(1);
    }

    @Test
    void users_are_the_clusters() throws Exception {
        TestPlacementGroup group = group("a");
        assertThat(run(group, "users add ann --why=new --password-stdin --iterations=7", "one\n"))
                .as(said())
                .isEqualTo(ExitCode.OK);
        assertThat(said()).contains("ann was added, the cluster has 1 user");
        Document ann = Objects.requireNonNull(view(group, "a").document(DocumentKind.USER, "ann"));
        assertThat(hash(ann).matches("one".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(ann.why()).isEqualTo("new");
        assertThat(ann.by().nodeId()).isEqualTo("a");
        assertThat(ann.by().admin().who()).isEqualTo("user " + System.getProperty("user.name"));
        assertThat(run(group, "users add ann --password-stdin", "x")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("ann is there already");
        assertThat(run(group, "users passwd bob --password-stdin", "x")).isEqualTo(ExitCode.FOUND);
        assertThat(run(group, "users passwd ann --password-stdin", "two")).isEqualTo(ExitCode.OK);
        ann = Objects.requireNonNull(view(group, "a").document(DocumentKind.USER, "ann"));
        assertThat(hash(ann).matches("two".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(run(group, "users add bob")).isEqualTo(ExitCode.INPUT_OUTPUT);
        assertThat(run(group, "users list")).isEqualTo(ExitCode.OK);
        assertThat(said()).isEqualTo("ann\n");
        assertThat(run(group, "users remove ann")).isEqualTo(ExitCode.OK);
        assertThat(run(group, "users remove ann")).isEqualTo(ExitCode.FOUND);
        assertThat(view(group, "a").documents(DocumentKind.USER, "")).isEmpty();
    }

    private static PasswordHash hash(Document user) {
        String line = AgreedDocuments.text(user);
        return Objects.requireNonNull(PasswordHash.parse(line.substring(line.indexOf(':') + 1)));
    }

    @Test
    void rules_that_are_wrong_change_nothing() throws Exception {
        TestPlacementGroup group = group("a");
        Path file = folder.resolve("acl");
        assertThat(run(group, "acl show")).isEqualTo(ExitCode.FOUND);
        assertThat(run(group, "acl set " + file)).isEqualTo(ExitCode.NO_INPUT);
        Files.writeString(file, "user ann\nfrob\n");
        assertThat(run(group, "acl set " + file)).isEqualTo(ExitCode.CONFIGURATION);
        assertThat(said()).contains(file + ":2", "nothing was changed");
        assertThat(view(group, "a").document(DocumentKind.ACL, AgreedAccess.ACL)).isNull();
        Files.writeString(file, "user ann\ntopic read news/#\n");
        assertThat(run(group, "acl set " + file)).as(said()).isEqualTo(ExitCode.OK);
        assertThat(run(group, "acl show")).isEqualTo(ExitCode.OK);
        assertThat(said()).isEqualTo("user ann\ntopic read news/#\n");
        assertThat(run(group, "acl remove")).isEqualTo(ExitCode.OK);
        assertThat(view(group, "a").document(DocumentKind.ACL, AgreedAccess.ACL)).isNull();
    }

    @Test
    void schemas_are_put_and_removed_only_if_it_is_said_again_and_never_wrong() throws Exception {
        TestPlacementGroup group = group("a");
        Path file = folder.resolve("weather.json");
        assertThat(run(group, "schemas list")).isEqualTo(ExitCode.OK);
        assertThat(said()).isEmpty();
        assertThat(run(group, "schemas show weather")).isEqualTo(ExitCode.FOUND);
        assertThat(run(group, "schemas put weather " + file)).isEqualTo(ExitCode.NO_INPUT);
        Files.writeString(file, "{\"topics\":[\"w/#\"],\"schema\":{\"$ref\":\"http://x/\"}}");
        assertThat(run(group, "schemas put weather " + file + " --yes"))
                .isEqualTo(ExitCode.CONFIGURATION);
        assertThat(said())
                .contains(
                        file + ": schema: /$ref must be in the schema itself",
                        "nothing was changed");
        String text = "{\"topics\":[\"w/#\", \"v\"],\"schema\":{\"type\":\"object\"}}";
        Files.writeString(file, text);
        assertThat(run(group, "schemas put we/ther " + file)).isEqualTo(ExitCode.USAGE);
        assertThat(run(group, "schemas put weather " + file)).as(said()).isEqualTo(ExitCode.OK);
        assertThat(said())
                .contains("refuse what does not match on w/#, v", "Nothing was changed: add --yes");
        assertThat(view(group, "a").documents(DocumentKind.SCHEMA, "")).isEmpty();

        assertThat(run(group, "schemas put weather --why=new --yes " + file))
                .as(said())
                .isEqualTo(ExitCode.OK);
        assertThat(said()).contains("schema weather is in force, the cluster has 1 schema");
        Document put =
                Objects.requireNonNull(view(group, "a").document(DocumentKind.SCHEMA, "weather"));
        assertThat(AgreedDocuments.text(put)).isEqualTo(text);
        assertThat(put.why()).isEqualTo("new");
        assertThat(put.by().admin().who()).isEqualTo("user " + System.getProperty("user.name"));
        assertThat(run(group, "schemas show weather")).isEqualTo(ExitCode.OK);
        assertThat(said()).isEqualTo(text);
        Files.writeString(file, text.replace("{\"topics", "{\"on-mismatch\":\"report\",\"topics"));
        assertThat(run(group, "schemas put weather --yes " + file)).isEqualTo(ExitCode.OK);
        assertThat(said()).contains("instead of what weather was");
        change(group, DocumentChange.create(DocumentKind.SCHEMA, "worse", Content.of(new byte[1])));
        assertThat(run(group, "schemas list")).isEqualTo(ExitCode.OK);
        assertThat(said())
                .contains(
                        "weather: report what does not match on w/#, v\n",
                        "worse: cannot be used: worse: is no JSON");

        assertThat(run(group, "schemas remove weather")).isEqualTo(ExitCode.OK);
        assertThat(view(group, "a").document(DocumentKind.SCHEMA, "weather")).isNotNull();
        assertThat(run(group, "schemas remove weather --yes")).isEqualTo(ExitCode.OK);
        assertThat(view(group, "a").document(DocumentKind.SCHEMA, "weather")).isNull();
        assertThat(run(group, "schemas remove weather --yes")).isEqualTo(ExitCode.FOUND);
    }

    @Test
    void a_journal_server_is_drained_only_if_it_is_said_again() throws Exception {
        TestPlacementGroup group = group("a");
        register(group, journal("j1"));
        register(group, journal("j2"));
        register(group, new Node("m1", Set.of(Role.MQTT_SERVER), Map.of()));
        change(group, segment("mqtt.m1", "id-j1", "id-j2"));
        assertThat(run(group, "drain j9")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("no node j9 is registered; journal servers are: j1, j2");
        assertThat(run(group, "drain m1 --yes")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("stop it in order");
        assertThat(run(group, "drain j1")).isEqualTo(ExitCode.OK);
        assertThat(said())
                .contains(
                        "j1 has 1 segment.",
                        "1 journal server is left for segments of 2 replicas",
                        "Nothing was changed");
        assertThat(view(group, "a").documents(DocumentKind.CONFIG, "drain/")).isEmpty();
        assertThat(run(group, "drain j1 --yes")).as(said()).isEqualTo(ExitCode.OK);
        assertThat(view(group, "a").document(DocumentKind.CONFIG, "drain/j1")).isNotNull();
        run(group, "status");
        assertThat(said()).contains("draining: 1", "1 segment left");
        assertThat(run(group, "undrain j1")).isEqualTo(ExitCode.OK);
        assertThat(view(group, "a").document(DocumentKind.CONFIG, "drain/j1")).isNotNull();
        assertThat(run(group, "undrain j1 --yes")).isEqualTo(ExitCode.OK);
        assertThat(view(group, "a").document(DocumentKind.CONFIG, "drain/j1")).isNull();
        assertThat(run(group, "undrain j1 --yes")).isEqualTo(ExitCode.FOUND);
        change(
                group,
                DocumentChange.remove(
                        view(group, "a").documents(DocumentKind.SEGMENT, "").getFirst()));
        assertThat(run(group, "drain j1 --yes --wait")).isEqualTo(ExitCode.OK);
        assertThat(said()).contains("j1 has no segments: it may be stopped.");
    }

    @Test
    void members_go_and_come_only_if_it_is_said_again() throws Exception {
        TestPlacementGroup group = group("a", "b", "c");
        assertThat(run(group, "remove d --yes")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("the group has no member d, but");
        assertThat(run(group, "add c --yes")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("robustmq cluster replace c");
        assertThat(run(group, "replace c --yes")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("no other placement center c asks to be let in");
        assertThat(run(group, "remove c")).as(said()).isEqualTo(ExitCode.OK);
        assertThat(said())
                .contains(
                        "Before: 3 members, 2 must answer, 1 may fail."
                                + " After: 2 members, 2 must answer, none may fail.",
                        "2 is an even number",
                        "Nothing was changed");
        assertThat(members(group, "a")).containsExactlyInAnyOrder("a", "b", "c");

        group.stop("c");
        group.start(folder.resolve("c-without-its-disk"), "c");
        Await.untilTrue(
                "the new c asks",
                LIMIT,
                () -> run(group, "replace c") == ExitCode.OK && said().contains("the new c"));
        assertThat(run(group, "replace c --yes --why=disk")).as(said()).isEqualTo(ExitCode.OK);
        assertThat(said()).contains("The group has 3 members");

        assertThat(run(group, "remove c --yes")).as(said()).isEqualTo(ExitCode.OK);
        assertThat(members(group, "a")).containsExactlyInAnyOrder("a", "b");
        group.stop("c");
        group.start(folder.resolve("c-again"), "c");
        Await.untilTrue("c asks", LIMIT, () -> run(group, "add c") == ExitCode.OK);
        assertThat(run(group, "add c --yes")).as(said()).isEqualTo(ExitCode.OK);
        assertThat(members(group, "c")).containsExactlyInAnyOrder("a", "b", "c");

        String leader = group.leader();
        List<String> others = new ArrayList<>(List.of("a", "b", "c"));
        others.remove(leader);
        group.stop(others.getFirst());
        Await.untilTrue(
                "one is missed",
                LIMIT,
                () ->
                        run(group, "status") == ExitCode.FOUND
                                && said().contains("center " + others.getFirst() + " does not"));
        assertThat(run(group, "remove " + others.getLast() + " --yes")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("this would stop the group", "bring back " + others.getFirst());
    }

    @Test
    void the_only_member_is_not_removed() throws Exception {
        TestPlacementGroup group = group("a");
        assertThat(run(group, "remove a --yes")).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("a is the only member: without it all that was agreed is lost");
    }

    @Test
    void what_was_backed_up_is_restored_into_an_empty_group() throws Exception {
        TestPlacementGroup group = group("a", "b", "c");
        for (int i = 0; i < 100; i++) {
            change(
                    group,
                    DocumentChange.create(
                            DocumentKind.USER,
                            "u" + i + " \u00fc\"\n",
                            Content.of(new byte[20_000 + i])));
        }
        change(group, head("mqtt.m1"), segment("mqtt.m1", "id-j1"));
        Path file = folder.resolve("backup");
        assertThat(run(group, "backup " + file)).as(said()).isEqualTo(ExitCode.OK);
        assertThat(said()).contains("100 user documents", "Messages are not in it");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(run(group, "backup " + file)).isEqualTo(ExitCode.CANNOT_CREATE);
        assertThat(said()).contains("is there already; --force");
        assertThat(run(group, "backup --force " + file)).isEqualTo(ExitCode.OK);

        TestPlacementGroup other = group("a");
        assertThat(run(other, "restore " + file)).as(said()).isEqualTo(ExitCode.OK);
        assertThat(said())
                .contains("102 documents created", "and 82 more", "What to know", "Nothing was");
        assertThat(view(other, "a").documents(DocumentKind.USER, "")).isEmpty();
        assertThat(run(other, "restore --yes " + file)).as(said()).isEqualTo(ExitCode.OK);
        for (DocumentKind kind : DocumentKind.values()) {
            assertThat(contents(other, kind)).isEqualTo(contents(group, kind));
        }
        assertThat(run(other, "restore " + file)).isEqualTo(ExitCode.OK);
        assertThat(said()).contains("there is nothing to change");

        change(
                other,
                DocumentChange.create(DocumentKind.CONFIG, "more", Content.of(new byte[1])),
                DocumentChange.remove(
                        view(other, "a").documents(DocumentKind.USER, "").getFirst()));
        assertThat(run(other, "restore --yes " + file)).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("the cluster has 102 documents already; --force");
        assertThat(run(other, "restore --yes --force --only=user " + file)).isEqualTo(ExitCode.OK);
        assertThat(view(other, "a").document(DocumentKind.CONFIG, "more")).isNotNull();
        assertThat(run(other, "restore --yes --force " + file)).isEqualTo(ExitCode.OK);
        assertThat(view(other, "a").document(DocumentKind.CONFIG, "more")).isNull();
        register(other, new Node("m1", Set.of(Role.MQTT_SERVER), Map.of()));
        change(
                other,
                DocumentChange.remove(
                        view(other, "a").documents(DocumentKind.SEGMENT, "").getFirst()));
        assertThat(run(other, "restore --yes --force " + file)).isEqualTo(ExitCode.FOUND);
        assertThat(said()).contains("stop m1 first");
    }

    private static Map<String, Content> contents(TestPlacementGroup group, DocumentKind kind)
            throws Exception {
        Map<String, Content> contents = new java.util.TreeMap<>();
        view(group, "a")
                .documents(kind, "")
                .forEach(each -> contents.put(each.name(), each.content()));
        return contents;
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "changed", "other", "longer", "empty"})
    void a_backup_that_is_not_whole_changes_nothing(String how) throws Exception {
        TestPlacementGroup group = group("a");
        assertThat(run(group, "users add ann --password-stdin", "x")).isEqualTo(ExitCode.OK);
        Path file = folder.resolve("backup");
        assertThat(run(group, "backup " + file)).isEqualTo(ExitCode.OK);
        assertThat(run(group, "users remove ann")).isEqualTo(ExitCode.OK);
        String text = Files.readString(file);
        Files.writeString(
                file,
                switch (how) {
                    case "cut" -> text.substring(0, text.lastIndexOf("{\"type\":\"end\""));
                    case "changed" -> text.replace("\"ann\"", "\"bob\"");
                    case "longer" -> text + "{}\n";
                    case "empty" -> "";
                    default -> "something else\n";
                });
        assertThat(run(group, "restore --yes --force " + file)).isEqualTo(ExitCode.FOUND);
        assertThat(said()).startsWith("robustmq: " + file).contains("nothing was changed");
        assertThat(view(group, "a").documents(DocumentKind.USER, "")).isEmpty();
    }
}
